import type { InferParameter, ModelInferRequest } from '../generated/inference/grpc_service.js';
import { invalidArgument } from './protocol-error.js';

type Choice = NonNullable<InferParameter['parameterChoice']>['$case'];

const names: Readonly<Record<Choice, string>> = {
  boolParam: 'bool_param',
  int64Param: 'int64_param',
  stringParam: 'string_param',
  doubleParam: 'double_param',
  uint64Param: 'uint64_param',
};

const emptyFinalResponse = 'triton_enable_empty_final_response';

/** Parameters with a meaning of their own, and the types they may have. */
const known: ReadonlyMap<string, readonly Choice[]> = new Map<string, readonly Choice[]>([
  ['sequence_id', ['int64Param', 'stringParam']],
  ['sequence_start', ['boolParam']],
  ['sequence_end', ['boolParam']],
  ['priority', ['int64Param', 'uint64Param']],
  ['timeout', ['int64Param']],
  [emptyFinalResponse, ['boolParam']],
]);

const custom: readonly Choice[] = ['int64Param', 'boolParam', 'stringParam', 'doubleParam'];

/**
 * Checks the types of a request's parameters. None of them changes what our models do: sequences and priorities
 * mean nothing to an ordinary model, and `timeout` only shortens a limit that is not set.
 * @throws ProtocolError
 */
export function checkRequestParameters(parameters: ModelInferRequest['parameters']): void {
  for (const [name, { parameterChoice }] of Object.entries(parameters)) {
    const allowed = known.get(name);
    if (allowed === undefined) {
      checkCustom(name, parameterChoice?.$case);
    } else if (parameterChoice === undefined || !allowed.includes(parameterChoice.$case)) {
      const expected = allowed.map((choice) => names[choice]).join(' or ');
      throw invalidArgument(`invalid value type for '${name}' parameter, expected ${expected}.`);
    }
    if (name === 'priority' && parameterChoice?.$case === 'int64Param' && parameterChoice.value < 0n) {
      throw invalidArgument("invalid value for 'priority', expected value >= 0.");
    }
  }
}

function checkCustom(name: string, choice: Choice | undefined): void {
  if (name.startsWith('triton_')) {
    throw invalidArgument(
      `parameter keys starting with 'triton_' are reserved for Triton usage. Only the following keys starting with 'triton_' are allowed: ${emptyFinalResponse}`,
    );
  }
  if (choice === undefined || !custom.includes(choice)) {
    throw invalidArgument(
      `invalid value type for '${name}' parameter, expected int64_param, bool_param, or string_param.`,
    );
  }
}

/** What an ensemble repeats of the request in each of its answers. */
export function sequenceParameters(
  parameters: ModelInferRequest['parameters'],
): Record<string, InferParameter> {
  const flag = (name: string): InferParameter => ({
    parameterChoice: { $case: 'boolParam', value: parameters[name]?.parameterChoice?.value === true },
  });
  return {
    sequence_id: parameters['sequence_id'] ?? { parameterChoice: { $case: 'int64Param', value: 0n } },
    sequence_start: flag('sequence_start'),
    sequence_end: flag('sequence_end'),
  };
}
