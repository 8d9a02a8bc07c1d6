import {
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { healthService, inferenceService } from '../services.js';
import { answerAsCppServers } from './answer-headers.js';
import { isSameHost } from './call-context.js';
import { InferenceService } from './inference-service.js';
import type { Log } from './log-settings.js';
import type { Model } from './model.js';
import { ModelRepository } from './model-repository.js';
import { cudaSharedMemoryHandlers } from './shared-memory/cuda-handlers.js';
import { sharedMemoryHandlers } from './shared-memory/shared-memory-handlers.js';
import { type SharedMemoryOptions, SharedRegions } from './shared-memory/shared-regions.js';
import { addStreamHandler } from './stream-handler.js';
import { type HandlerOptions, type ReportFault, addUnaryHandlers } from './unary-handlers.js';

export interface KserveServerOptions {
  /** ServerMetadata. */
  readonly name: string;
  readonly version: string;
  /** Of a request, in bytes; a larger one is refused with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes: number;
  /** After this time a connection takes no more calls, and closes when its calls have ended; 0 or undefined: never. */
  readonly maxConnectionAgeMs?: number;
  readonly report: ReportFault;
  /** Undefined: none is offered. Otherwise to clients on the same host, which are told so by ServerMetadata. */
  readonly sharedMemory?: SharedMemoryOptions | undefined;
  /** What clients may read and change the levels of; undefined: none. */
  readonly log?: Log | undefined;
}

/** What the server offers beside the protocol's own methods, by the names of Triton. */
const extensions = [
  'classification',
  'model_repository',
  'model_configuration',
  'binary_tensor_data',
  'parameters',
  'statistics',
];

/** The real server knows the method and does not offer it; without a handler the words would be those of grpc-js. */
function refuseWatch(call: ServerWritableStream<unknown, unknown>): void {
  call.emit('error', { code: status.UNIMPLEMENTED, details: '' });
}

/** Serves models over `inference.GRPCInferenceService` and `grpc.health.v1.Health`. */
export class KserveServer {
  private readonly service: InferenceService;
  private readonly server: Server;
  private readonly regions: SharedRegions | undefined;
  private listensOnSocket = false;

  constructor(
    models: readonly Model[],
    {
      name,
      version,
      maxMessageBytes,
      maxConnectionAgeMs = 0,
      report,
      sharedMemory,
      log,
    }: KserveServerOptions,
  ) {
    this.regions = sharedMemory === undefined ? undefined : new SharedRegions(sharedMemory);
    const offered = log === undefined ? extensions : [...extensions, 'logging'];
    const metadata = { name, version, extensions: offered };
    this.service = new InferenceService(new ModelRepository(models), metadata, this.regions, log);
    const handling: HandlerOptions = {
      report,
      isSameHost: (call) => isSameHost(call.getPeer(), this.listensOnSocket),
    };
    answerAsCppServers();
    const options: ServerOptions = {
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_send_message_length': -1,
      ...(maxConnectionAgeMs > 0 ? { 'grpc.max_connection_age_ms': maxConnectionAgeMs } : {}),
    };
    this.server = new Server(options);
    const { modelStreamInfer, ...unary } = inferenceService;
    const handlers = {
      ...this.service.inferenceHandlers,
      ...sharedMemoryHandlers(this.regions),
      ...cudaSharedMemoryHandlers,
    };
    addUnaryHandlers(this.server, unary, handlers, handling);
    addStreamHandler(
      this.server,
      modelStreamInfer,
      (request, context) => this.service.infer(request, context),
      handling,
    );
    addUnaryHandlers(this.server, { check: healthService.check }, this.service.healthHandlers, handling);
    this.server.addService({ watch: healthService.watch }, { watch: refuseWatch });
  }

  /** Inferences that are worked on or wait in a model's queue. */
  get inFlight(): number {
    return this.service.inFlight;
  }

  /**
   * @param address `host:port`, with port 0 for a free one, or `unix:/path`
   * @returns the address with the port that was bound
   * @throws Error saying why the address cannot be used
   */
  async listen(address: string): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    if (!address.startsWith('unix:')) return address.replace(/:\d+$/, `:${port}`);
    this.listensOnSocket = true;
    return address;
  }

  /**
   * Answers that it is exiting until the running inferences have ended, then closes all connections.
   * @param graceMs when this has passed, running inferences are cut off
   */
  async close(graceMs: number): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.server.forceShutdown();
      grace.resolve();
    }, graceMs);
    await Promise.race([this.service.drain(), grace.promise]);
    await new Promise<void>((resolve) => {
      this.server.tryShutdown(() => resolve());
    });
    clearTimeout(timer);
    this.regions?.close();
  }
}
