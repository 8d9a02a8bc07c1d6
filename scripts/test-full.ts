/** `npm run test:full`: what takes longer than `npm test` allows, and `npm run test:triton` where it can be run. */
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

await runTask((interruption) => runTests(['full'], { triton: true }, interruption));
