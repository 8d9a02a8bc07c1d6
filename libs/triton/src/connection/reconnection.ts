import { connectivityState } from '@grpc/grpc-js';
import { Channel, type ChannelTarget } from './channel.js';
import { Reachability } from './reachability.js';

/** Milliseconds after which an attempt to connect that hangs is not the only one any more. */
const attemptMs = 500;

/**
 * The channel to the server, and while its connection hangs a second one that begins anew twice a second.
 *
 * gRPC does not give up an attempt to connect: when packets are dropped, one goes on for the minutes in which the system
 * repeats its SYN ever more seldom, to an address that may be nobody's any more, and one whose first bytes were lost
 * goes on for ever. A fresh channel asks for the name again, and is connected as soon as the server can be reached. The
 * old attempt goes on beside it: a server may just need longer than that to take a connection.
 */
export class Reconnection {
  private readonly connections = { made: 0 };
  private readonly reachability = new Reachability();
  private used: Channel;
  private fresh: Channel | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** While there is no connection: resolved with whether there is one again, after a second at the latest. */
  private outage: PromiseWithResolvers<boolean> | undefined;
  private closed = false;

  constructor(private readonly target: ChannelTarget) {
    this.used = this.open();
  }

  /** Where calls go. */
  get channel(): Channel {
    return this.used;
  }

  /** Connections that there were so far, to any replica. */
  get connectionsMade(): number {
    return this.connections.made;
  }

  /** Whether there is no connection, and was none for a second. */
  get isLost(): boolean {
    return this.reachability.isLost(performance.now());
  }

  /**
   * Whether a call that is made now would be sent: at once, when there is a connection or none was tried yet, else when
   * there is one again, or has been none for a second.
   */
  isConnected(): Promise<boolean> {
    return this.outage?.promise ?? Promise.resolve(true);
  }

  close(): void {
    this.closed = true;
    this.endFresh();
    this.used.close();
  }

  private open(): Channel {
    return new Channel(this.target, this.connections, (channel, state) => {
      if (channel === this.used) this.observe(state);
      else if (channel === this.fresh && state === connectivityState.READY) this.take(channel);
    });
  }

  private observe(state: connectivityState): void {
    this.reachability.observe(state, performance.now());
    if (this.closed) return;
    if (state === connectivityState.CONNECTING || state === connectivityState.TRANSIENT_FAILURE) {
      this.outage ??= Promise.withResolvers();
      this.timer ??= setInterval(() => this.tryAnew(), attemptMs).unref();
    } else {
      this.outage?.resolve(true);
      this.outage = undefined;
      this.endFresh();
    }
  }

  private tryAnew(): void {
    if (this.isLost) this.outage?.resolve(false);
    this.fresh?.close();
    this.fresh = undefined;
    // After a refusal gRPC itself tries again, at least twice a second.
    if (this.used.state !== connectivityState.CONNECTING) return;
    this.fresh = this.open();
    this.fresh.connect();
  }

  /** The fresh channel is connected first. */
  private take(channel: Channel): void {
    const old = this.used;
    this.used = channel;
    this.fresh = undefined;
    this.observe(connectivityState.READY);
    old.retire();
  }

  private endFresh(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.fresh?.close();
    this.fresh = undefined;
  }
}
