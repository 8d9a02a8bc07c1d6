import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { echoModels } from '../../libs/kserve/test/echo-models.js';

type TestModel = (typeof echoModels)[number]['definition'];

/** Gives back its inputs as its outputs, in their order; `blob` tells the length of its input. */
const program = `import json

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        names = [[tensor["name"] for tensor in config[kind]] for kind in ("input", "output")]
        self.pairs = list(zip(*names))
        self.counts = config["name"] == "blob"

    def execute(self, requests):
        return [pb_utils.InferenceResponse(output_tensors=self.outputs(request)) for request in requests]

    def outputs(self, request):
        values = [(out, pb_utils.get_input_tensor_by_name(request, name).as_numpy()) for name, out in self.pairs]
        if self.counts:
            values = [(out, np.array([each.size], np.int64)) for out, each in values]
        return [pb_utils.Tensor(out, each) for out, each in values]
`;

/** What Python's numpy has no type for. */
const unknownToNumpy = 'same_bf16';

/** Writes the test models of the conformance server as a repository of a real Triton. */
export function writeTestModels(folder: string): void {
  for (const { definition } of echoModels.filter((model) => model.definition.name !== unknownToNumpy)) {
    const model = join(folder, definition.name);
    mkdirSync(join(model, '1'), { recursive: true });
    writeFileSync(join(model, 'config.pbtxt'), config(definition));
    writeFileSync(join(model, '1', 'model.py'), program);
  }
}

function config({ name, maxBatchSize, inputs, outputs }: TestModel): string {
  const tensors = (specs: TestModel['inputs']) =>
    specs
      .map(({ name: tensor, datatype, dims }) => {
        const type = datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
        return `{ name: "${tensor}" data_type: ${type} dims: [${dims.join(', ')}] }`;
      })
      .join(', ');
  return [
    'backend: "python"',
    `max_batch_size: ${maxBatchSize}`,
    `input [ ${tensors(inputs)} ]`,
    `output [ ${tensors(outputs)} ]`,
    'instance_group [ { kind: KIND_CPU count: 1 } ]',
    ...(name === 'prio' ? ['dynamic_batching { priority_levels: 2 default_priority_level: 2 }'] : []),
    '',
  ].join('\n');
}
