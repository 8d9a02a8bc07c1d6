/** `npm test`: the same set-up as `npm start`, then the tests of the native libraries, unit and end-to-end tests. */
import { readCommandLine } from './run/command-line.ts';
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

readCommandLine({
  command: 'npm test',
  about: 'Sets up as npm start does, then runs the tests of the native libraries, unit and end-to-end tests.',
});

await runTask((interruption) => runTests(['unit', 'e2e'], { native: true }, interruption));
