import {
  Client,
  Metadata,
  type MethodDefinition,
  connectivityState,
  type requestCallback,
} from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { abortError } from './abort-error.js';
import type { CallContext } from './call-context.js';
import { tellUntriedCall, timedCall } from './call-timing.js';
import { channelCredentials, tlsOptions } from './channel-credentials.js';
import { channelOptions } from './channel-options.js';
import { isGrpcFailure } from './grpc-failure.js';
import { grpcTarget } from './grpc-target.js';
import { Reachability } from './reachability.js';
import { RetryBudget } from './retry-budget.js';
import { withRetries } from './retry.js';
import { translateFailure, unreachable } from './translate-failure.js';
import { TRITON_OPTIONS, type TritonOptions } from './triton-options.js';

/** What a call is about. */
export interface CallSubject {
  /** Undefined for calls about the server. */
  readonly model?: string;
  /** False for questions that are asked again anyway, such as those of health checks. */
  readonly retry: boolean;
}

/** Owner of the one channel to the model server: everything that is asked of it goes through here. */
@Injectable()
export class TritonConnection implements OnApplicationShutdown {
  private readonly client: Client;
  private readonly metadata: Metadata;
  private connected = false;
  private reconnections = 0;
  private readonly reachability = new Reachability();
  private readonly budget = new RetryBudget();
  /** Tells in the log why there is no connection. */
  private lastFailure: unknown;
  private readonly farewells: (() => Promise<void>)[] = [];

  constructor(@Inject(TRITON_OPTIONS) options: TritonOptions) {
    this.client = new Client(grpcTarget(options.url), channelCredentials(options.tls), {
      ...channelOptions,
      ...tlsOptions(options.tls),
    });
    this.metadata = options.metadata?.toGrpc() ?? new Metadata();
    this.countConnections();
  }

  /** Grows with each connection after the first: behind a new one may stand another server. */
  get generation(): number {
    return this.reconnections;
  }

  /**
   * Fails at once while there is no connection and was none for a second: nobody has to wait for a deadline to hear it.
   * @throws FaceError, with the ServiceError of grpc-js as its cause.
   */
  async call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { model, retry }: CallSubject,
    context: CallContext,
  ): Promise<Response> {
    const { path, responseDeserialize } = method;
    if (this.reachability.isLost(performance.now())) {
      tellUntriedCall({ path, model });
      // Whoever asks is a reason to try again.
      this.client.getChannel().getConnectivityState(true);
      throw unreachable(this.lastFailure);
    }
    // Encoded once, however many attempts there are.
    const message = method.requestSerialize(request);
    const attempt = () =>
      timedCall({ path, model, metadata: this.metadata }, (metadata) =>
        this.send({ path, message, metadata }, responseDeserialize, context),
      );
    try {
      return await (retry ? withRetries(context, this.budget, attempt) : attempt());
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
    this.client.close();
  }

  private send<Response>(
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
    const { client } = this;
    const call = client.makeUnaryRequest(path, asItIs, deserialize, message, metadata, { deadline }, settle);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    return promise;
  }

  private countConnections(): void {
    const channel = this.client.getChannel();
    const state = channel.getConnectivityState(false);
    this.reachability.observe(state, performance.now());
    if (state === connectivityState.READY) {
      if (this.connected) this.reconnections += 1;
      this.connected = true;
    }
    if (state !== connectivityState.SHUTDOWN) {
      channel.watchConnectivityState(state, Infinity, () => this.countConnections());
    }
  }
}

const asItIs = (message: Buffer) => message;
