/** `npm run test:full`: what takes longer than `npm test` allows, and `npm run test:triton` where it can be run. */
import { readCommandLine } from './run/command-line.ts';
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

readCommandLine({
  command: 'npm run test:full',
  about: 'Runs the tests that take longer than npm test allows, and npm run test:triton where it can be run.',
});

await runTask((interruption) => runTests(['full'], { triton: true }, interruption));
