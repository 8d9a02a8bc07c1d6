/** `npm test`: the same set-up as `npm start`, then the tests of the native libraries, unit and end-to-end tests. */
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

await runTask((interruption) => runTests(['unit', 'e2e'], { native: true }, interruption));
