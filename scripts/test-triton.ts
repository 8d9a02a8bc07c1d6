/** `npm run test:triton`: a real Triton server in place of the model server, and the Python that it runs. */
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

await runTask((interruption) => runTests([], { triton: true }, interruption));
