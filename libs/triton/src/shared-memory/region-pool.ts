import { RegionFile } from './region-file.js';
import { removeLeftovers } from './region-name.js';
import type { RegionRegistry } from './region-registry.js';

/** At one time, of one process. The memory that they take is that of the largest inputs written to them. */
const maxRegions = 32;

/** After a failure the server is asked again no sooner than this, unless there is a new connection to it. */
const pauseMs = 60_000;

export interface RegionPoolOptions {
  readonly folder: string;
  /** Of each region; more than one request never has. */
  readonly regionBytes: number;
  readonly registry: RegionRegistry;
  /** Changes with the connection: behind a new one may stand a server that knows no region. */
  readonly generation: () => number;
  /** Called with the reason when regions are missing for a while. */
  readonly onFailure: (error: unknown) => void;
}

/** A region that the server knows. */
export interface Region {
  readonly file: RegionFile;
  readonly generation: number;
}

/**
 * The registered regions, each used by one request at a time. It grows in the background when one is missing: no
 * request ever waits for a region.
 */
export class RegionPool {
  /** All of the present generation, as far as `take` has seen it. */
  private readonly free: Region[] = [];
  private generation = 0;
  private readonly growing = new Set<Promise<void>>();
  private used = 0;
  private pause = { generation: -1, until: 0 };
  private closing = false;

  constructor(private readonly options: RegionPoolOptions) {
    options.registry.unregister(...removeLeftovers(options.folder));
  }

  /**
   * A region of the caller's own, to be given back by `release` or `discard`. The one that was used last: its memory is
   * there already, and those that are never needed take none.
   */
  take(): Region | undefined {
    const generation = this.options.generation();
    if (generation !== this.generation) this.removeFree();
    this.generation = generation;
    const region = this.free.pop();
    if (region === undefined) this.grow(generation);
    else this.used += 1;
    return region;
  }

  /** To be called when the server certainly does not read the region any more. */
  release(region: Region): void {
    this.used -= 1;
    if (this.closing || region.generation !== this.options.generation()) this.remove(region.file);
    else this.free.push(region);
    this.options.registry.sendFarewells();
  }

  /** The region is not used again, under this name and with this file, whatever the server still does with it. */
  discard({ file }: Region): void {
    this.used -= 1;
    this.remove(file);
  }

  /** Adds no regions for a while. */
  stopGrowing(error: unknown): void {
    const news = !this.paused;
    this.pause = { generation: this.options.generation(), until: Date.now() + pauseMs };
    if (news) this.options.onFailure(error);
  }

  /** Gives up all regions for a while. */
  stop(error: unknown): void {
    this.removeFree();
    this.stopGrowing(error);
  }

  /** Removes all regions that are not in use, and unregisters them; those in use follow when they are given back. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.growing);
    const names = this.free.splice(0).map(({ file }) => {
      file.remove();
      return file.name;
    });
    await this.options.registry.close(names);
  }

  private get paused(): boolean {
    const { until, generation } = this.pause;
    return generation === this.options.generation() && Date.now() < until;
  }

  private grow(generation: number): void {
    if (this.closing || this.paused) return;
    if (this.free.length + this.used + this.growing.size >= maxRegions) return;
    const added = this.add(generation).finally(() => this.growing.delete(added));
    this.growing.add(added);
  }

  private async add(generation: number): Promise<void> {
    const { folder, regionBytes, registry } = this.options;
    let file: RegionFile | undefined;
    try {
      file = new RegionFile(folder, regionBytes);
      await registry.register(file.name, regionBytes);
      if (generation === this.options.generation()) this.free.push({ file, generation });
      else this.remove(file);
    } catch (error) {
      if (file !== undefined) this.remove(file);
      this.stopGrowing(error);
    }
  }

  private removeFree(): void {
    for (const { file } of this.free.splice(0)) this.remove(file);
  }

  private remove(file: RegionFile): void {
    file.remove();
    this.options.registry.unregister(file.name);
  }
}
