// The order matters: modules are run in the order in which they are named here.
import './no-telemetry.js';
export { InferenceSession, Tensor } from 'onnxruntime-node';
