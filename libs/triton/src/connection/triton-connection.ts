import { type Client, Metadata, type MethodDefinition, type requestCallback } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { abortError } from '../calls/abort-error.js';
import type { CallContext } from '../calls/call-context.js';
import { tellUntriedCall, timedCall } from '../calls/call-timing.js';
import { channelCredentials, tlsOptions } from './channel-credentials.js';
import { channelOptions } from './channel-options.js';
import { isGrpcFailure } from '../failures/grpc-failure.js';
import { grpcTarget } from './grpc-target.js';
import { Reconnection } from './reconnection.js';
import { type ReplicaId, onlyTo } from './replicas.js';
import { RetryBudget } from '../calls/retry-budget.js';
import { withRetries } from '../calls/retry.js';
import { translateFailure, unreachable } from '../failures/translate-failure.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';
import { withinContext } from '../calls/within-context.js';

/** What a call is about. */
export interface CallSubject {
  /** Undefined for calls about the server. */
  readonly model?: string;
  /** False for questions that are asked again anyway, such as those of health checks. */
  readonly retry: boolean;
  /** Those that it may go to; undefined: any. */
  readonly replicas?: Iterable<ReplicaId> | undefined;
}

/** Owner of the way to the model server: everything that is asked of it goes through here. */
@Injectable()
export class TritonConnection implements OnApplicationShutdown {
  private readonly reconnection: Reconnection;
  private readonly metadata: Metadata;
  private readonly budget = new RetryBudget();
  /** Tells in the log why there is no connection. */
  private lastFailure: unknown;
  private readonly farewells: (() => Promise<void>)[] = [];

  constructor(@Inject(TRITON_OPTIONS) options: TritonOptions) {
    this.reconnection = new Reconnection({
      address: grpcTarget(options.url),
      credentials: channelCredentials(options.tls),
      options: { ...channelOptions, ...tlsOptions(options.tls) },
    });
    this.metadata = options.metadata?.toGrpc() ?? new Metadata();
  }

  /** Grows with each connection to any replica after the first: behind a new one may stand another server. */
  get generation(): number {
    return Math.max(0, this.reconnection.connectionsMade - 1);
  }

  /** Connections that there are, the oldest first; none before the first call. */
  get replicas(): readonly ReplicaId[] {
    return this.reconnection.channel.replicas.ids;
  }

  /**
   * Fails at once while there is no connection and was none for a second: nobody has to wait for a deadline to hear it.
   * @throws FaceError, with the ServiceError of grpc-js as its cause.
   */
  async call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { model, retry, replicas }: CallSubject,
    context: CallContext,
  ): Promise<Response> {
    const { path, responseDeserialize } = method;
    if (this.reconnection.isLost) {
      tellUntriedCall({ path, model });
      // Whoever asks is a reason to try again.
      this.reconnection.channel.connect();
      throw unreachable(this.lastFailure);
    }
    // Encoded once, however many attempts there are.
    const message = method.requestSerialize(request);
    const attempt = () => {
      // Looked at each time: others may have told by now that they have the same model.
      const own = replicas === undefined ? this.metadata : onlyTo(this.metadata, replicas);
      return timedCall({ path, model, metadata: own }, (metadata) =>
        this.reconnection.channel.call((client) =>
          send(client, { path, message, metadata }, responseDeserialize, context),
        ),
      );
    };
    const once = async (number: number) => {
      // Where a connection was lost, the next one may hang for longer than the caller should.
      if (number > 0 && !(await withinContext(this.reconnection.isConnected(), context))) {
        throw unreachable(this.lastFailure);
      }
      return attempt();
    };
    try {
      return await (retry ? withRetries(context, this.budget, once) : attempt());
    } catch (error) {
      if (context.signal.aborted) throw abortError(context.signal);
      if (!isGrpcFailure(error)) throw error;
      this.lastFailure = error;
      throw translateFailure(error, model);
    }
  }

  /** What has still to be said to the server when nothing else will be. */
  beforeClose(farewell: () => Promise<void>): void {
    this.farewells.push(farewell);
  }

  /** Not earlier: requests that the HTTP server still answers while the application stops need the channel. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.farewells.map((farewell) => farewell()));
    this.reconnection.close();
  }
}

function send<Response>(
  client: Client,
  { path, message, metadata }: { path: string; message: Buffer; metadata: Metadata },
  deserialize: (bytes: Buffer) => Response,
  { signal, deadline }: CallContext,
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const cancel = () => call.cancel();
  const settle: requestCallback<Response> = (error, response) => {
    signal.removeEventListener('abort', cancel);
    if (error !== null) reject(error);
    else resolve(response as Response);
  };
  const call = client.makeUnaryRequest(path, asItIs, deserialize, message, metadata, { deadline }, settle);
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  return promise;
}

const asItIs = (message: Buffer) => message;
