import { status } from '@grpc/grpc-js';
import type { TraceSettingRequest, TraceSettingResponse } from '../generated/inference/grpc_service.js';
import { ProtocolError, invalidArgument } from './protocol-error.js';

/** Those that are numbers; the ranges are those that the real server tells. */
const numbers = {
  trace_rate: { min: 0, max: 4_294_967_295, usual: 1000 },
  trace_count: { min: -1, max: 2_147_483_647, usual: -1 },
  log_frequency: { min: 0, max: 4_294_967_295, usual: 0 },
} as const;

/** What the real server really reads numbers into. */
const int32 = { min: -2_147_483_648, max: 2_147_483_647 };

type NumberName = keyof typeof numbers;
type Values = Partial<Record<NumberName, number>>;

/**
 * Triton's trace settings, of a server that was started without a file for traces: such a one keeps them, and refuses
 * to begin tracing.
 */
export class TraceSettings {
  private readonly common: Values = {};
  private readonly own = new Map<string, Values>();

  /** @param isModel whether there is a model of that name */
  constructor(private readonly isModel: (name: string) => boolean) {}

  /**
   * Makes the changes that a request asks for.
   * @returns all settings, of one model or of those that have none of their own
   * @throws ProtocolError, and changes nothing
   */
  update({ modelName, settings }: TraceSettingRequest): TraceSettingResponse {
    if (modelName !== '' && !this.isModel(modelName)) {
      throw invalidArgument(`Request for unknown model : ${modelName}`);
    }
    const changes = readChanges(settings);
    const own = modelName === '' ? this.common : (this.own.get(modelName) ?? {});
    Object.assign(own, changes);
    if (modelName !== '') this.own.set(modelName, own);
    const now = (name: NumberName) => String(own[name] ?? this.common[name] ?? numbers[name].usual);
    const texts = {
      trace_level: 'OFF',
      trace_rate: now('trace_rate'),
      trace_count: now('trace_count'),
      log_frequency: now('log_frequency'),
      trace_file: '',
      trace_mode: 'triton',
    };
    return {
      settings: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { value: [text] }])),
    };
  }
}

/** In the order of the real server; what it does not know it ignores. Undefined takes a setting back. */
function readChanges(settings: TraceSettingRequest['settings']): Record<string, number | undefined> {
  if (settings['trace_file'] !== undefined) {
    throw new ProtocolError(
      status.UNIMPLEMENTED,
      'trace file location can not be updated through network protocol',
    );
  }
  const changes: Record<string, number | undefined> = {};
  const levels = settings['trace_level']?.value ?? [];
  if (levels.includes('OFF') && levels.length > 1) {
    throw invalidArgument("Expect only one trace level 'OFF' is specified");
  }
  for (const name of Object.keys(numbers) as NumberName[]) {
    const values = settings[name]?.value;
    if (values === undefined) continue;
    const [text] = values;
    if (values.length > 1) throw invalidArgument(`expect only 1 value for '${name}'`);
    changes[name] = text === undefined ? undefined : readNumber(name, text);
  }
  if (levels.some((level) => tracing.has(level))) {
    throw invalidArgument('Attempting to set invalid trace setting :trace file name is not given');
  }
  return changes;
}

/** Levels that would begin tracing. */
const tracing: ReadonlySet<string> = new Set(['TIMESTAMPS', 'TENSORS']);

/** As C++ `stoi` does: leading digits count. */
function readNumber(name: NumberName, text: string): number {
  const { min, max } = numbers[name];
  const value = Number.parseInt(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? '', 10);
  if (Number.isNaN(value)) throw invalidArgument(`Unable to parse '${name}', got: ${text}`);
  if (value > int32.max || value < int32.min) {
    throw invalidArgument(
      `Unable to parse '${name}', value is out of range [ ${min}, ${max} ], got: ${text}`,
    );
  }
  // A negative number becomes what its bits mean without a sign.
  if (min === 0) return value >>> 0;
  if (value < min) {
    throw invalidArgument(`Unable to parse '${name}'. Expecting value >= ${min}, got: ${text}`);
  }
  return value;
}
