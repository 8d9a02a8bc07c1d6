import { FaceError } from '@face/errors';
import { inferenceService } from '@face/kserve';
import { status } from '@grpc/grpc-js';
import { isGrpcFailure } from '../failures/grpc-failure.js';
import type { TritonConnection } from '../connection/triton-connection.js';

const timeoutMs = 5_000;
const closingTimeoutMs = 1_000;

/** Regions that a server still uses are named to it again no sooner than this. */
const farewellPauseMs = 1_000;

/** Of a server that is not there; the oldest are forgotten. */
const maxFarewells = 256;

/** Tells the server which regions there are, and which there are no more. */
export class RegionRegistry {
  /** What the server may still hold. It refuses to let go of a region as long as a request works with it. */
  private readonly farewells = new Set<string>();
  private lastFarewell = -Infinity;

  constructor(private readonly connection: TritonConnection) {}

  /** @throws FaceError; the region may be registered all the same, and is to be unregistered */
  async register(name: string, byteLength: number): Promise<void> {
    const request = { name, key: `/${name}`, offset: 0n, byteSize: BigInt(byteLength) };
    const context = { signal: new AbortController().signal, deadline: Date.now() + timeoutMs };
    await this.connection.call(
      inferenceService.systemSharedMemoryRegister,
      request,
      { retry: false },
      context,
    );
  }

  /** Now or later; without a word when there is no server any more that could hold it. */
  unregister(...names: string[]): void {
    this.remember(names);
    this.sendFarewells();
  }

  /** Tries again with what the server did not let go of. To be called now and then. */
  sendFarewells(): void {
    if (this.farewells.size === 0 || performance.now() - this.lastFarewell < farewellPauseMs) return;
    this.lastFarewell = performance.now();
    void this.send(timeoutMs);
  }

  /** Unregisters these too, as far as the server can do that now. */
  async close(names: readonly string[]): Promise<void> {
    this.remember(names);
    await this.send(closingTimeoutMs);
  }

  private remember(names: readonly string[]): void {
    for (const name of names) this.farewells.add(name);
    for (const oldest of this.farewells) {
      if (this.farewells.size <= maxFarewells) return;
      this.farewells.delete(oldest);
    }
  }

  private async send(limitMs: number): Promise<void> {
    const context = { signal: new AbortController().signal, deadline: Date.now() + limitMs };
    const { systemSharedMemoryUnregister: method } = inferenceService;
    const sent = [...this.farewells].map(async (name) => {
      try {
        await this.connection.call(method, { name }, { retry: false }, context);
      } catch (error) {
        // Not there, or the region is in use: it stays in the set.
        if (!isNotOffered(error)) return;
      }
      this.farewells.delete(name);
    });
    await Promise.all(sent);
  }
}

function isNotOffered(error: unknown): boolean {
  const cause = error instanceof FaceError ? error.cause : undefined;
  return isGrpcFailure(cause) && cause.code === status.UNIMPLEMENTED;
}
