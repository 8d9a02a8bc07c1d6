import { closeSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import type {
  SystemSharedMemoryRegisterRequest,
  SystemSharedMemoryStatusResponse_RegionStatus as RegionStatus,
} from '../../generated/inference/grpc_service.js';
import { ProtocolError, invalidArgument } from '../protocol-error.js';
import { openRegionFile } from './region-file.js';
import { SharedBytes, SharedRegion } from './shared-region.js';

export interface SharedMemoryOptions {
  /** Where the system keeps shared memory: `/dev/shm`. */
  readonly folder: string;
  /** Each is an open file. */
  readonly maxRegions: number;
}

/** The regions that clients have registered, by name. What is refused, and how, is as with the real server. */
export class SharedRegions {
  private readonly regions = new Map<string, SharedRegion>();

  constructor(private readonly options: SharedMemoryOptions) {}

  /** @throws ProtocolError */
  register({ name, key, offset, byteSize }: SystemSharedMemoryRegisterRequest): void {
    if (this.regions.has(name)) {
      throw new ProtocolError(status.ALREADY_EXISTS, `shared memory region '${name}' already in manager`);
    }
    this.makeRoom(name);
    const file = openRegionFile(this.options.folder, key);
    if (file === null) {
      throw new ProtocolError(status.INTERNAL, `Unable to open shared memory region: '${key}'`);
    }
    // Both are unsigned and of 64 bits, so their sum is right only as big integers.
    if (byteSize === 0n || offset + byteSize > BigInt(file.size)) {
      closeSync(file.descriptor);
      throw invalidArgument(`failed to register shared memory region '${name}': invalid args`);
    }
    this.regions.set(name, new SharedRegion(name, key, Number(offset), Number(byteSize), file.descriptor));
  }

  /**
   * @param name '' for all
   * @throws ProtocolError when a request works with a region; an unknown one is none to be forgotten
   */
  unregister(name: string): void {
    if (name === '') {
      const used = [...this.regions.values()].filter((region) => !this.forget(region));
      if (used.length === 0) return;
      const names = used.map((region) => `${region.name} ,`).join('');
      throw new ProtocolError(
        status.INTERNAL,
        `Failed to unregister the following system shared memory regions: ${names}`,
      );
    }
    const region = this.regions.get(name);
    if (region === undefined || this.forget(region)) return;
    throw new ProtocolError(
      status.INTERNAL,
      `Cannot unregister shared memory region '${name}', it is currently in use.`,
    );
  }

  /**
   * @param name '' for all
   * @throws ProtocolError for an unknown one
   */
  status(name: string): Record<string, RegionStatus> {
    const region = this.regions.get(name);
    if (name !== '' && region === undefined) {
      throw new ProtocolError(status.NOT_FOUND, `Unable to find system shared memory region: '${name}'`);
    }
    const regions = name === '' ? [...this.regions.values()] : [region].filter((each) => each !== undefined);
    return Object.fromEntries(
      regions.map(({ name: own, key, offset, byteLength }) => [
        own,
        { name: own, key, offset: BigInt(offset), byteSize: BigInt(byteLength) },
      ]),
    );
  }

  /**
   * Finds a tensor's bytes.
   * @param offset bytes from the beginning of the region
   * @throws ProtocolError when there is no such region, or they do not lie in it
   */
  find(name: string, offset: bigint, byteSize: bigint): SharedBytes {
    const region = this.regions.get(name);
    if (region === undefined) throw unknownRegion(name);
    const end = BigInt(region.byteLength);
    if (offset < 0n || offset >= end) {
      throw invalidArgument(`Invalid offset for shared memory region: '${name}'`);
    }
    if (byteSize <= 0n || offset + byteSize > end) {
      throw invalidArgument(`Invalid offset + byte size for shared memory region: '${name}'`);
    }
    return new SharedBytes(region, Number(offset), Number(byteSize));
  }

  close(): void {
    for (const region of this.regions.values()) this.forget(region);
  }

  /** @returns false when it is in use, and stays */
  private forget(region: SharedRegion): boolean {
    if (region.inUse) return false;
    this.regions.delete(region.name);
    region.close();
    return true;
  }

  /** Clients that were killed have unregistered nothing; what they left goes when its file is gone. */
  private makeRoom(name: string): void {
    const { maxRegions } = this.options;
    if (this.regions.size < maxRegions) return;
    for (const region of this.regions.values()) if (region.removed) this.forget(region);
    if (this.regions.size < maxRegions) return;
    throw new ProtocolError(
      status.RESOURCE_EXHAUSTED,
      `failed to register shared memory region '${name}': there are ${maxRegions} already`,
    );
  }
}

export function unknownRegion(name: string): ProtocolError {
  return new ProtocolError(status.NOT_FOUND, `Unable to find shared memory region: '${name}'`);
}
