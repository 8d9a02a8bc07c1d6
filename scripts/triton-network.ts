/** `npm run triton-network -- PUBLISHED.onnx FITTED.onnx`: a network that a TensorRT plan can be made of; see docs/triton.md. */
import { runTritonProgram } from './triton/program.ts';
import { runTask } from './run/task.ts';

await runTask(({ asked }) => runTritonProgram('network', process.argv.slice(2), asked));
