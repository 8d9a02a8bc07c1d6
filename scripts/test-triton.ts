/** `npm run test:triton`: a real Triton server in place of the model server, and the Python that it runs. */
import { readCommandLine } from './run/command-line.ts';
import { runTask } from './run/task.ts';
import { runTests } from './run/tests.ts';

readCommandLine({
  command: 'npm run test:triton',
  about:
    'Runs the tests with a real Triton server in place of the model server, and of the Python that it runs.',
});

await runTask((interruption) => runTests([], { triton: true }, interruption));
