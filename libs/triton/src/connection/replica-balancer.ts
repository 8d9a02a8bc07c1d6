import { Metadata, connectivityState, experimental, status } from '@grpc/grpc-js';
import { unavailability } from '../failures/grpc-failure.js';
import { type ReplicaId, Replicas, takeWish } from './replicas.js';

type Balancing = experimental.TypedLoadBalancingConfig;
type UpdateAddresses = Parameters<experimental.LoadBalancer['updateAddressList']>;

/** Name of the policy in a service config. */
export const replicaBalancing = 'face_replicas';

/** Key of the channel options under which the balancer finds whom to tell of the connections. */
export const replicasOption = `${experimental.SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX}.face_replicas`;

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
  private replicas = new Replicas();

  constructor(channel: experimental.ChannelControlHelper) {
    this.turns = new experimental.ChildLoadBalancerHandler(
      experimental.createChildChannelControlHelper(channel, {
        updateState: (state, picker, message) => {
          this.replicas.update(state === connectivityState.READY ? addressesOf(picker) : new Set());
          const { leaving, replicas } = this;
          channel.updateState(state, new ReplicaPicker(picker, leaving, replicas, channel), message);
        },
      }),
    );
  }

  updateAddressList(...[endpoints, config, options, note]: UpdateAddresses): boolean {
    if (!(config instanceof ReplicaBalancingConfig)) return false;
    this.leaving.forgetPast();
    const { [replicasOption]: told } = options as Readonly<Record<string, unknown>>;
    if (told instanceof Replicas) this.replicas = told;
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

  /** @param begun when the call began that went well: one from before says nothing of now */
  remove(address: string, begun: number): void {
    if ((this.until.get(address) ?? Infinity) - leaveOutMs < begun) this.until.delete(address);
  }

  /** Addresses of pods come once and never again. */
  forgetPast(): void {
    for (const address of this.until.keys()) if (!this.has(address)) this.until.delete(address);
  }
}

class ReplicaPicker implements experimental.Picker {
  constructor(
    private readonly turns: experimental.Picker,
    private readonly leaving: LeavingReplicas,
    private readonly replicas: Replicas,
    private readonly channel: experimental.ChannelControlHelper,
  ) {}

  pick(args: experimental.PickArgs): experimental.PickResult {
    const wanted = takeWish(args.metadata);
    let leaving: Pick | undefined;
    let connected = false;
    for (const turn of onceAround(this.turns, args)) {
      connected = true;
      if (!this.isWanted(turn.address, wanted)) continue;
      if (!this.leaving.has(turn.address)) return this.watch(turn);
      leaving ??= turn;
    }
    // Those that are left out are all there are.
    if (leaving !== undefined) return this.watch(leaving);
    // Without a connection the call waits, or fails, as the policy underneath says.
    return connected ? noneWanted.pick(args) : this.turns.pick(args);
  }

  private isWanted(address: string, wanted: ReadonlySet<ReplicaId> | undefined): boolean {
    return wanted === undefined || wanted.has(this.replicas.idAt(address) ?? Number.NaN);
  }

  private watch({ pick, address }: Pick): experimental.PickResult {
    const begun = performance.now();
    return {
      ...pick,
      onCallEnded: (code, details, metadata) => {
        const kind = unavailability({ code, details });
        if (kind === 'not_serving' || kind === 'not_loaded') {
          this.leaving.add(address);
          // Its name may have the address of a successor, which otherwise nobody would ask for before a connection ends.
          this.channel.requestReresolution();
        } else if (code === status.OK) this.leaving.remove(address, begun);
        pick.onCallEnded?.(code, details, metadata);
      },
    };
  }
}

/** A replica whose turn it is. */
interface Pick {
  readonly pick: experimental.PickResult;
  readonly address: string;
}

/** Each connected replica, in turn; whoever stops at one leaves the next turn to the one after it. */
function* onceAround(turns: experimental.Picker, args: experimental.PickArgs): Generator<Pick> {
  let first: string | undefined;
  for (;;) {
    const pick = turns.pick(args);
    if (pick.pickResultType !== experimental.PickResultType.COMPLETE) return;
    const address = pick.subchannel?.getAddress();
    if (address === undefined || address === first) return;
    first ??= address;
    yield { pick, address };
  }
}

function addressesOf(turns: experimental.Picker): ReadonlySet<string> {
  const picks = onceAround(turns, { metadata: new Metadata(), extraPickInfo: {} });
  return new Set(Array.from(picks, ({ address }) => address));
}

/** In words that grpc-failure.ts does not know, so that the call is not made again: they will not come back. */
const noneWanted = new experimental.UnavailablePicker({
  details: 'All replicas that the call may go to have gone',
});

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
