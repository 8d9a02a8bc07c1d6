/** `npm run test:full`: what takes longer than `npm test` allows. */
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

await runTask((interruption) => runTests(['full'], { native: false }, interruption));
