import { describe, expect, it } from 'vitest';
import { configText } from './config-text.js';
import type { TritonModel } from './triton-model.js';

const network: TritonModel = {
  name: 'detect_net',
  maxBatchSize: 32,
  inputs: [{ name: 'input.1', datatype: 'FP32', dims: [3, 640, 640] }],
  outputs: [
    { name: 'score_8', datatype: 'FP32', dims: [12800, 1] },
    { name: 'words', datatype: 'BYTES', dims: [-1] },
  ],
  parameters: { said: 'a "word" and a \\' },
  execution: {
    kind: 'plan',
    device: 'gpu',
    instances: 2,
    gpuSlots: 1,
    preferredBatchSizes: [8, 16],
    batchDelayMicroseconds: 500,
    queue: { requests: 64, seconds: 2.5 },
    warmUp: [1, 8],
  },
};

describe('config.pbtxt', () => {
  it('has one field a line, as build scripts read it', () => {
    expect(configText(network, 'tensorrt.json').split('\n')).toEqual(
      expect.arrayContaining([
        'name: "detect_net"',
        'platform: "tensorrt_plan"',
        'max_batch_size: 32',
        '    name: "input.1"',
        '    data_type: TYPE_FP32',
        '    dims: [ 3, 640, 640 ]',
        '    data_type: TYPE_STRING',
        'parameters { key: "said" value { string_value: "a \\"word\\" and a \\\\" } }',
      ]),
    );
  });

  it('bounds the queue, in requests and in time', () => {
    const text = configText(network, 'tensorrt.json');
    expect(text).toContain('max_queue_size: 64');
    expect(text).toContain('default_timeout_microseconds: 2500000');
    expect(text).toContain('timeout_action: REJECT');
    // A request can ask for less time, never for more.
    expect(text).toContain('allow_timeout_override: true');
  });

  it('says instances, slots and what is run before the model is ready', () => {
    const text = configText(network, 'tensorrt.json');
    expect(text).toMatch(
      /kind: KIND_GPU\s+count: 2\s+rate_limiter \{ resources \[ \{ name: "gpu_slots" count: 1 \} \] \}/,
    );
    expect(text.match(/batch_size: \d+$/gm)).toEqual(['batch_size: 32', 'batch_size: 1', 'batch_size: 8']);
    expect(text).toContain('preferred_batch_size: [ 8, 16 ]');
  });

  it('leaves an ensemble to its steps', () => {
    const steps = [{ model: 'a', inputs: { x: 'input_0' }, outputs: { y: 'output_0' } }];
    const text = configText({ ...network, execution: { kind: 'ensemble', steps } }, 'tensorrt.json');
    expect(text).toContain('platform: "ensemble"');
    expect(text).toContain('input_map { key: "x" value: "input_0" }');
    for (const absent of ['dynamic_batching', 'instance_group', 'model_warmup'])
      expect(text).not.toContain(absent);
  });
});
