/** `npm run triton-repository -- --profile FILE --output FOLDER`: a model repository for Triton; see docs/triton.md. */
import { runTask } from './run/task.ts';
import { runTritonProgram } from './triton/program.ts';

await runTask(({ asked }) => runTritonProgram('repository', process.argv.slice(2), asked));
