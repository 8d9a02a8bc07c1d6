import type { TensorSpec } from '@face/kserve';
import type { EnsembleStep, Scheduling, TritonModel } from './triton-model.js';

/** Name of the rate limiter's resource of which a GPU has as many as the server is told. */
const slotResource = 'gpu_slots';

/**
 * A model as config.pbtxt. One field a line, so that build scripts can read it without a parser.
 * @param origin file that the model was described in, for the note at the top
 */
export function configText(model: TritonModel, origin: string): string {
  const { execution } = model;
  const lines = [
    `# Made from ${origin}: edits here are lost. See triton/README.md.`,
    `name: ${quoted(model.name)}`,
    ...platform(model),
    `max_batch_size: ${model.maxBatchSize}`,
    'version_policy { latest { num_versions: 1 } }',
    ...tensors('input', model.inputs),
    ...tensors('output', model.outputs),
    ...(execution.kind === 'ensemble' ? ensembleScheduling(execution.steps) : scheduling(execution)),
    ...(execution.kind === 'ensemble' ? [] : warmUp(model.inputs, execution.warmUp)),
    ...Object.entries(model.parameters).map(
      ([key, value]) => `parameters { key: ${quoted(key)} value { string_value: ${quoted(value)} } }`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function platform({ execution }: TritonModel): string[] {
  switch (execution.kind) {
    case 'ensemble':
      return ['platform: "ensemble"'];
    case 'plan':
      return ['platform: "tensorrt_plan"'];
    case 'python':
      return ['backend: "python"'];
  }
}

function tensors(field: 'input' | 'output', specs: readonly TensorSpec[]): string[] {
  return list(
    field,
    specs.map(({ name, datatype, dims }) => [
      `name: ${quoted(name)}`,
      `data_type: ${dataType(datatype)}`,
      `dims: ${numbers(dims)}`,
    ]),
  );
}

function ensembleScheduling(steps: readonly EnsembleStep[]): string[] {
  const map = (field: string, names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([key, value]) => `${field} { key: ${quoted(key)} value: ${quoted(value)} }`);
  const step = list(
    'step',
    steps.map(({ model, inputs, outputs }) => [
      `model_name: ${quoted(model)}`,
      'model_version: -1',
      ...map('input_map', inputs),
      ...map('output_map', outputs),
    ]),
  );
  return ['ensemble_scheduling {', ...indented(step), '}'];
}

function scheduling(how: Scheduling): string[] {
  const { preferredBatchSizes, batchDelayMicroseconds, queue, gpuSlots } = how;
  return [
    'dynamic_batching {',
    ...indented([
      ...(preferredBatchSizes.length === 0 ? [] : [`preferred_batch_size: ${numbers(preferredBatchSizes)}`]),
      `max_queue_delay_microseconds: ${batchDelayMicroseconds}`,
      'default_queue_policy {',
      ...indented([
        'timeout_action: REJECT',
        `default_timeout_microseconds: ${Math.round(queue.seconds * 1e6)}`,
        'allow_timeout_override: true',
        `max_queue_size: ${queue.requests}`,
      ]),
      '}',
    ]),
    '}',
    ...list('instance_group', [
      [
        `kind: ${how.device === 'gpu' ? 'KIND_GPU' : 'KIND_CPU'}`,
        `count: ${how.instances}`,
        ...(gpuSlots === 0
          ? []
          : [`rate_limiter { resources [ { name: ${quoted(slotResource)} count: ${gpuSlots} } ] }`]),
      ],
    ]),
  ];
}

function warmUp(inputs: readonly TensorSpec[], batchSizes: readonly number[]): string[] {
  const sample = (batchSize: number) => [
    `name: "batch of ${batchSize}"`,
    `batch_size: ${batchSize}`,
    ...inputs.map(
      ({ name, datatype, dims }) =>
        `inputs { key: ${quoted(name)} value { data_type: ${dataType(datatype)} dims: ${numbers(dims)} zero_data: true } }`,
    ),
  ];
  return batchSizes.length === 0 ? [] : list('model_warmup', batchSizes.map(sample));
}

/** A repeated message: each on lines of its own. */
function list(field: string, messages: readonly (readonly string[])[]): string[] {
  const block = messages.flatMap((message, index) => [
    '{',
    ...indented(message),
    index < messages.length - 1 ? '},' : '}',
  ]);
  return [`${field} [`, ...indented(block), ']'];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function numbers(values: readonly number[]): string {
  return `[ ${values.join(', ')} ]`;
}

/** Name of a datatype of the protocol in Triton's configuration. */
function dataType(datatype: TensorSpec['datatype']): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
