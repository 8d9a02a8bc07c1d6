import { existsSync } from 'node:fs';
import { FaceError } from '@face/errors';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isGrpcFailure, unavailability } from '../failures/grpc-failure.js';
import { grpcTarget } from '../connection/grpc-target.js';
import type { SentTensor } from '../tensors/infer-request.js';
import { type InputTensor, byteLengthOf, piecesOf } from '../tensors/input-tensor.js';
import { TritonConnection } from '../connection/triton-connection.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';
import { isSameHost } from './is-same-host.js';
import { type Region, RegionPool } from './region-pool.js';
import { RegionRegistry } from './region-registry.js';

/** Where Linux keeps shared memory. Other systems show it nowhere, and nothing is shared there. */
const folder = '/dev/shm';

/** Smaller tensors are sent faster than they are written to and read from a file. */
const leastBytes = 64 * 2 ** 10;

/** A multiple of what any processor wants tensors to be aligned to. */
const alignment = 64;

/** Of one region; it takes only as much memory as is written to it. */
const regionBytes = 64 * 2 ** 20;

interface Placement {
  readonly region: Region;
  readonly inputs: readonly SentTensor[];
}

/**
 * Hands large tensors to a server on the same host through a file that both have open (Triton's system shared memory
 * extension), because the way through HTTP/2 costs as much CPU time as an inference. Whatever goes wrong with that,
 * the tensors are sent raw instead.
 */
@Injectable()
export class SharedMemory {
  private readonly pool: RegionPool | undefined;
  private readonly logger = new Logger('SharedMemory');

  constructor(
    private readonly connection: TritonConnection,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {
    const { sharedMemory = 'off', url } = options;
    const wanted = sharedMemory === 'on' || (sharedMemory === 'auto' && isSameHost(grpcTarget(url)));
    if (!wanted || !existsSync(folder)) return;
    const pool = new RegionPool({
      folder,
      regionBytes,
      registry: new RegionRegistry(connection),
      generation: () => connection.generation,
      onFailure: (error) => this.report(error),
    });
    connection.beforeClose(() => pool.close());
    this.pool = pool;
  }

  /**
   * Sends a request whose large tensors are in shared memory, where possible.
   * @param send makes the call; made a second time, without shared memory, when the server has lost the region.
   */
  async send<Response>(
    inputs: readonly InputTensor[],
    send: (inputs: readonly SentTensor[]) => Promise<Response>,
  ): Promise<Response> {
    const { pool } = this;
    const placement = pool === undefined ? undefined : this.place(pool, inputs);
    if (pool === undefined || placement === undefined) return send(inputs.map((tensor) => ({ tensor })));
    const { region } = placement;
    try {
      const response = await send(placement.inputs);
      // After a reconnect the call may have been made twice, and the first one may still run.
      pool.release(region);
      return response;
    } catch (error) {
      if (wasNotBegun(error)) {
        pool.release(region);
        throw error;
      }
      // A call that was cancelled or whose deadline has passed may still be worked on, and its input be read.
      pool.discard(region);
      if (!isLostRegion(error)) throw error;
      // A server that was started anew knows no region; there is nothing wrong with it.
      if (region.generation === this.connection.generation) pool.stop(error);
      return send(inputs.map((tensor) => ({ tensor })));
    }
  }

  private place(pool: RegionPool, inputs: readonly InputTensor[]): Placement | undefined {
    const sizes = inputs.map((tensor) => byteLengthOf(tensor));
    const large = sizes.filter((bytes) => bytes >= leastBytes);
    const total = large.reduce((sum, bytes) => sum + alignedUp(bytes), 0);
    if (total === 0 || total > regionBytes) return undefined;
    const region = pool.take();
    if (region === undefined) return undefined;
    try {
      let offset = 0;
      const placed = inputs.map((tensor, index): SentTensor => {
        const byteLength = sizes[index] ?? 0;
        if (byteLength < leastBytes) return { tensor };
        region.file.write(piecesOf(tensor), offset);
        const place = { region: region.file.name, offset, byteLength };
        offset += alignedUp(byteLength);
        return { tensor, place };
      });
      return { region, inputs: placed };
    } catch (error) {
      // No memory left, most likely: in a container there are 64 MB of it unless told otherwise.
      pool.discard(region);
      pool.stopGrowing(error);
      return undefined;
    }
  }

  private report(error: unknown): void {
    const cause = error instanceof FaceError && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `Shared memory is missing for a while, tensors are sent over the connection instead: ${reason}`;
    if (this.options.sharedMemory === 'on') this.logger.warn(text);
    else this.logger.debug(text);
  }
}

function alignedUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The queue was full. Not in a step of an ensemble: other steps may run, with the same input. */
function wasNotBegun(error: unknown): boolean {
  const cause = error instanceof FaceError ? error.cause : undefined;
  return (
    isGrpcFailure(cause) && unavailability(cause) === 'overloaded' && !cause.details.includes('in ensemble')
  );
}

function isLostRegion(error: unknown): boolean {
  const cause = error instanceof FaceError ? error.cause : undefined;
  return isGrpcFailure(cause) && /shared memory region/i.test(cause.details);
}
