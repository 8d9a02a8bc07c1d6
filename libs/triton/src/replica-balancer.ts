import { experimental, status } from '@grpc/grpc-js';
import { unavailability } from './grpc-failure.js';

type Balancing = experimental.TypedLoadBalancingConfig;
type UpdateAddresses = Parameters<experimental.LoadBalancer['updateAddressList']>;

/** Name of the policy in a service config. */
export const replicaBalancing = 'face_replicas';

/** How long a replica is left out that says it stops; by then it has, or goes on stopping. */
const leaveOutMs = 1000;

/**
 * `round_robin`, but a replica that says it stops, or has not loaded its models, gets no calls for a while if there are
 * others. Triton says so from its SIGTERM on until the last call has ended, half a minute at most, over a connection that
 * is in order: in turn, one of so many calls would go there, and each of its retries again.
 */
class ReplicaBalancer implements experimental.LoadBalancer {
  private readonly turns: experimental.ChildLoadBalancerHandler;
  private readonly leaving = new LeavingReplicas();

  constructor(channel: experimental.ChannelControlHelper) {
    this.turns = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(channel, {
        updateState: (state, picker, message) =>
          channel.updateState(state, new ReplicaPicker(picker, this.leaving, channel), message),
      }),
    );
  }

  updateAddressList(...[endpoints, config, options, note]: UpdateAddresses): boolean {
    if (!(config instanceof ReplicaBalancingConfig)) return false;
    this.leaving.forgetPast();
    return this.turns.updateAddressList(endpoints, config.turns, options, note);
  }

  exitIdle(): void {
    this.turns.exitIdle();
  }

  resetBackoff(): void {
    this.turns.resetBackoff();
  }

  destroy(): void {
    this.turns.destroy();
  }

  getTypeName(): string {
    return replicaBalancing;
  }
}

class LeavingReplicas {
  /** Until when each is left out, in milliseconds of performance.now(), by its address. */
  private readonly until = new Map<string, number>();

  has(address: string): boolean {
    return (this.until.get(address) ?? -Infinity) > performance.now();
  }

  add(address: string): void {
    this.until.set(address, performance.now() + leaveOutMs);
  }

  remove(address: string): void {
    this.until.delete(address);
  }

  /** Addresses of pods come once and never again. */
  forgetPast(): void {
    for (const address of this.until.keys()) if (!this.has(address)) this.remove(address);
  }
}

class ReplicaPicker implements experimental.Picker {
  constructor(
    private readonly turns: experimental.Picker,
    private readonly leaving: LeavingReplicas,
    private readonly channel: experimental.ChannelControlHelper,
  ) {}

  pick(args: experimental.PickArgs): experimental.PickResult {
    let pick = this.turns.pick(args);
    let address = addressOf(pick);
    const start = address;
    // Once around: those that are left out may be all there are.
    while (address !== undefined && this.leaving.has(address)) {
      pick = this.turns.pick(args);
      address = addressOf(pick);
      if (address === start) break;
    }
    return address === undefined ? pick : this.watch(pick, address);
  }

  private watch(pick: experimental.PickResult, address: string): experimental.PickResult {
    return {
      ...pick,
      onCallEnded: (code, details, metadata) => {
        const kind = unavailability({ code, details });
        if (kind === 'not_serving' || kind === 'not_loaded') {
          this.leaving.add(address);
          // Its name may have the address of a successor, which otherwise nobody would ask for before a connection ends.
          this.channel.requestReresolution();
        } else if (code === status.OK) this.leaving.remove(address);
        pick.onCallEnded?.(code, details, metadata);
      },
    };
  }
}

/** Undefined for a pick that has to wait, or fails. */
function addressOf({ pickResultType, subchannel }: experimental.PickResult): string | undefined {
  return pickResultType === experimental.PickResultType.COMPLETE ? subchannel?.getAddress() : undefined;
}

class ReplicaBalancingConfig implements Balancing {
  readonly turns = experimental.parseLoadBalancingConfig({ round_robin: {} });

  static createFromJson(): ReplicaBalancingConfig {
    return new ReplicaBalancingConfig();
  }

  getLoadBalancerName(): string {
    return replicaBalancing;
  }

  toJsonObject(): object {
    return { [replicaBalancing]: {} };
  }
}

experimental.registerLoadBalancerType(replicaBalancing, ReplicaBalancer, ReplicaBalancingConfig);
