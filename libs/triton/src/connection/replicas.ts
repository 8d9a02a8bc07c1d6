import type { Metadata } from '@grpc/grpc-js';

/** Number of a connection to a replica. A new connection has a new one: behind it may stand another server. */
export type ReplicaId = number;

/** Carries to the balancer which replicas a call may go to; it is taken out there, and never sent. */
const wish = 'face-replicas';

/** Counts all connections to one server, whichever channel made them. */
export interface ConnectionCount {
  made: number;
}

/** The connections of one channel, as its balancer tells them. */
export class Replicas {
  private readonly connections = new Map<string, ReplicaId>();

  constructor(private readonly count: ConnectionCount = { made: 0 }) {}

  /** Of all that are connected, the longest connected first. */
  get ids(): readonly ReplicaId[] {
    return [...this.connections.values()];
  }

  /** @param addresses of those that are connected now */
  update(addresses: ReadonlySet<string>): void {
    for (const address of this.connections.keys()) {
      if (!addresses.has(address)) this.connections.delete(address);
    }
    for (const address of addresses) {
      if (!this.connections.has(address)) this.connections.set(address, ++this.count.made);
    }
  }

  /** Undefined for one that is not connected. */
  idAt(address: string): ReplicaId | undefined {
    return this.connections.get(address);
  }
}

/** A copy of the metadata of a call that may go to these replicas only. */
export function onlyTo(metadata: Metadata, replicas: Iterable<ReplicaId>): Metadata {
  const copy = metadata.clone();
  copy.set(wish, [...replicas].join(','));
  return copy;
}

/** Takes the wish out of the metadata that will be sent; undefined: any replica will do. */
export function takeWish(metadata: Metadata): ReadonlySet<ReplicaId> | undefined {
  const [text] = metadata.get(wish);
  if (text === undefined) return undefined;
  metadata.remove(wish);
  return new Set(text.toString().split(',').map(Number));
}
