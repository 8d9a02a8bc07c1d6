import type { InferInput, InferRequestedOutput } from '../messages.js';
import { invalidArgument } from '../protocol-error.js';
import type { SharedBytes } from './shared-region.js';
import { type SharedRegions, unknownRegion } from './shared-regions.js';

type SharedTensor = Pick<InferInput | InferRequestedOutput, 'name' | 'parameters'>;

/** Bytes of a registered region. */
export interface SharedPlace {
  readonly region: string;
  /** Bytes from the beginning of the region. */
  readonly offset: bigint;
  readonly byteSize: bigint;
}

/** What one request uses of the registered regions; none of them goes away before `release`. */
export class RequestRegions {
  private readonly holds: (() => void)[] = [];

  /** @param regions undefined for a client that none are offered to: it finds none */
  constructor(private readonly regions: SharedRegions | undefined) {}

  /**
   * Where a tensor lies by its parameters, in the order and with the words of the real server
   * (`ParseSharedMemoryParams`).
   * @returns null when it is not in shared memory
   * @throws ProtocolError
   */
  readPlace(tensor: SharedTensor): SharedPlace | null {
    const { name, parameters } = tensor;
    const choice = parameters[region]?.parameterChoice;
    const shared = parameters[region] !== undefined;
    if (shared && choice?.$case !== 'stringParam') throw wrongType(name, region, 'string_param');
    const start = readInteger(tensor, offset, shared);
    const length = readInteger(tensor, byteSize, shared);
    if (choice?.$case !== 'stringParam') return null;
    if (length === null) {
      throw invalidArgument(
        `'${byteSize}' must be specified along with '${region}' parameter for tensor '${name}'`,
      );
    }
    return { region: choice.value, offset: start ?? 0n, byteSize: length };
  }

  /** @throws ProtocolError when there is no such place */
  open(place: SharedPlace): SharedBytes {
    if (this.regions === undefined) throw unknownRegion(place.region);
    const bytes = this.regions.find(place.region, place.offset, place.byteSize);
    this.holds.push(bytes.hold());
    return bytes;
  }

  release(): void {
    for (const release of this.holds.splice(0)) release();
  }
}

const region = 'shared_memory_region';
const offset = 'shared_memory_offset';
const byteSize = 'shared_memory_byte_size';

function readInteger({ name, parameters }: SharedTensor, key: string, shared: boolean): bigint | null {
  const parameter = parameters[key];
  if (parameter === undefined) return null;
  if (!shared) {
    throw invalidArgument(`'${key}' can not be specified without '${region}' parameter for tensor '${name}'`);
  }
  const choice = parameter.parameterChoice;
  if (choice?.$case !== 'int64Param') throw wrongType(name, key, 'int64_param');
  return choice.value;
}

function wrongType(tensor: string, key: string, expected: string) {
  return invalidArgument(
    `invalid value type for '${key}' parameter for tensor '${tensor}', expected ${expected}.`,
  );
}
