import { StartError } from '@face/environment';
import { existsSync } from 'node:fs';
import { KserveServer, type Log, type Model } from '@face/kserve';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { widenFlowControl } from './flow-control.js';
import { listenPrivately, prepareSocket } from './unix-socket.js';

/** Of one request: 8 pictures of 4096 x 4096 pixels and some. */
const maxMessageBytes = 512 * 2 ** 20;

/** Where Linux keeps shared memory; other systems show it nowhere. */
const sharedMemoryFolder = '/dev/shm';

/** Of all clients together; each is an open file. A process of the API uses up to 32. */
const maxRegions = 512;

/** How long running inferences may take after the program was asked to end; requests of the API take at most 30 s. */
const graceMs = 35_000;

/** The gRPC server in front of all models. */
export class InferenceServer implements BeforeApplicationShutdown {
  private readonly server: KserveServer;
  private readonly logger = new Logger('Server');
  private closing = false;

  constructor(
    private readonly models: readonly Model[],
    private readonly settings: Settings,
    version: string,
    log: Log,
  ) {
    this.server = new KserveServer(models, {
      name: 'face-search-model-server',
      version,
      maxMessageBytes,
      maxConnectionAgeMs: settings.maxConnectionAgeSeconds * 1000,
      sharedMemory: existsSync(sharedMemoryFolder) ? { folder: sharedMemoryFolder, maxRegions } : undefined,
      log,
      report: (method, error) => this.logger.error(`${method}: ${describe(error)}`),
    });
  }

  /** Whether requests for every model can be answered at this moment. */
  get ready(): boolean {
    return !this.closing && this.models.every(({ ready }) => ready);
  }

  /** Inferences that wait or are worked on. */
  get inFlight(): number {
    return this.server.inFlight;
  }

  /**
   * @returns the addresses, in the form that gRPC clients take
   * @throws StartError with a sentence when an address cannot be used
   */
  async listen(): Promise<string[]> {
    const { host, port, socket } = this.settings;
    widenFlowControl();
    // What goes wrong comes back to the caller; grpc-js would print it as well.
    setLogVerbosity(logVerbosity.NONE);
    const addresses = [await this.bind(`${host.includes(':') ? `[${host}]` : host}:${port}`)];
    if (socket !== undefined) {
      await prepareSocket(socket);
      addresses.push(await listenPrivately(socket, () => this.bind(`unix:${socket}`)));
    }
    return addresses;
  }

  /** Running inferences end, new ones are refused. */
  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    await this.server.close(graceMs);
  }

  private async bind(address: string): Promise<string> {
    try {
      return await this.server.listen(address);
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      // The system's own words stand in brackets behind those of grpc-js.
      const reason = /errors: \[(.*)\]$/.exec(text)?.[1] ?? text;
      const hint = address.startsWith('unix:')
        ? ''
        : ' Choose another port with FACE_V3_MODEL_SERVER_PORT, or 0 for a free one.';
      throw new StartError(`The model server cannot listen on ${address}: ${reason}.${hint}`, { cause });
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
