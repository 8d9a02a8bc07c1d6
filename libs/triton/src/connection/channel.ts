import { type ChannelCredentials, Client, type ClientOptions, connectivityState } from '@grpc/grpc-js';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { replicasOption } from './replica-balancer.js';
import { type ConnectionCount, Replicas } from './replicas.js';

/** Whose connection is being made. */
const maker = new AsyncLocalStorage<Set<Socket>>();

subscribe('net.client.socket', (message) => {
  const sockets = maker.getStore();
  if (sockets === undefined) return;
  const { socket } = message as { socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});

/** Where to, as whom, and with which settings. */
export interface ChannelTarget {
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly options: ClientOptions;
}

/** A channel of gRPC that tells of its states, and can be left without an end to what still runs on it. */
export class Channel {
  readonly replicas: Replicas;
  private readonly client: Client;
  /** gRPC forgets those that it has not finished connecting when it is closed, and they stay open. */
  private readonly sockets = new Set<Socket>();
  private calls = 0;
  private retired = false;

  /** @param onState told of each new state */
  constructor(
    { address, credentials, options }: ChannelTarget,
    connections: ConnectionCount,
    private readonly onState: (channel: Channel, state: connectivityState) => void,
  ) {
    this.replicas = new Replicas(connections);
    this.client = maker.run(
      this.sockets,
      () => new Client(address, credentials, { ...options, [replicasOption]: this.replicas }),
    );
    this.watch(this.state);
  }

  get state(): connectivityState {
    return this.client.getChannel().getConnectivityState(false);
  }

  /** Begins to connect, unless it is, or waits for the next attempt. */
  connect(): void {
    maker.run(this.sockets, () => this.client.getChannel().getConnectivityState(true));
  }

  async call<T>(make: (client: Client) => Promise<T>): Promise<T> {
    this.calls += 1;
    try {
      return await make(this.client);
    } finally {
      this.calls -= 1;
      if (this.retired && this.calls === 0) this.close();
    }
  }

  /** Closes it when its last call has ended. */
  retire(): void {
    this.retired = true;
    if (this.calls === 0) this.close();
  }

  close(): void {
    this.client.close();
    // After what gRPC itself says on those that it uses.
    setImmediate(() => {
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private watch(known: connectivityState): void {
    if (known === connectivityState.SHUTDOWN) return;
    this.client.getChannel().watchConnectivityState(known, Infinity, () => {
      const { state } = this;
      this.onState(this, state);
      this.watch(state);
    });
  }
}
