import { inferenceService } from '@face/kserve';
import type { TritonConnection } from '../triton-connection.js';

const timeoutMs = 5_000;
const closingTimeoutMs = 1_000;

/** Regions that a server still uses are named to it again no sooner than this. */
const farewellPauseMs = 1_000;

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
    for (const name of names) this.farewells.add(name);
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
    for (const name of names) this.farewells.add(name);
    await this.send(closingTimeoutMs);
  }

  private async send(limitMs: number): Promise<void> {
    const context = { signal: new AbortController().signal, deadline: Date.now() + limitMs };
    const { systemSharedMemoryUnregister: method } = inferenceService;
    const sent = [...this.farewells].map(async (name) => {
      await this.connection.call(method, { name }, { retry: false }, context);
      this.farewells.delete(name);
    });
    // One that fails stays in the set.
    await Promise.allSettled(sent);
  }
}
