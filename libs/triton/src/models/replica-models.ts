import { setTimeout as sleep } from 'node:timers/promises';
import { withinContext } from '../calls/within-context.js';
import type { CallContext } from '../calls/call-context.js';
import { type ModelDescription, modelKey } from './model-description.js';
import type { ReplicaId } from '../connection/replicas.js';

/** Milliseconds for which replicas are waited for that have not told yet, from when they were asked. */
const patienceMs = 250;

/** A model as some of the replicas have it. */
export interface ReplicaModel {
  readonly model: ModelDescription;
  /** Those that tell the same of it, also those that do so later: each look is at those of its moment. */
  readonly replicas: Iterable<ReplicaId>;
}

interface Entry {
  /** Other than now: the model may be another one. */
  readonly failures: number;
  readonly askedAt: number;
  readonly description: Promise<ModelDescription>;
  /** Undefined until it has been told. */
  known: ModelDescription | undefined;
  /** The same for those that tell the same. */
  key: string | undefined;
}

const nothing = { known: undefined, key: undefined } as const;

/** Where the models are asked: the part of TritonClient that is needed. */
export interface ReplicaSource {
  readonly replicas: readonly ReplicaId[];
  /** Of calls, after which a model may be another one. */
  failures(): number;
  describe(replica: ReplicaId): Promise<ModelDescription>;
}

/**
 * What each replica tells of one model. While a new model is rolled out replicas have different ones, and what one tells
 * must not be said of the embeddings of another.
 */
export class ReplicaModels {
  private entries = new Map<ReplicaId, Entry>();

  constructor(
    private readonly source: ReplicaSource,
    /** Milliseconds after which a replica is asked again. */
    private readonly maxAgeMs: number,
  ) {}

  /**
   * The model of most replicas that have told of it; of as many as others, the one of those longest connected. So all
   * answers have the old one until most replicas have the new one.
   * @returns undefined when no replica is connected
   * @throws what the first replica said when none of them tells
   */
  async current(context: CallContext): Promise<ReplicaModel | undefined> {
    const entries = this.ask();
    if (entries.length === 0) return undefined;
    await withinContext(this.toldBy(entries), context);
    return this.groups()[0];
  }

  /** Models that differ, that of most replicas first, as far as they are known. */
  groups(): readonly ReplicaModel[] {
    const groups = new Map<string, { model: ModelDescription; told: ReplicaId[] }>();
    for (const [replica, { known, key }] of this.entries) {
      if (known === undefined || key === undefined) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { model: known, told: [replica] });
      else group.told.push(replica);
    }
    return [...groups]
      .sort(([, a], [, b]) => b.told.length - a.told.length)
      .map(([key, { model, told }]) => ({ model, replicas: this.sameAs(key, told) }));
  }

  private sameAs(wanted: string, told: readonly ReplicaId[]): Iterable<ReplicaId> {
    const now = () => [...this.entries].filter(([, { key }]) => key === wanted).map(([replica]) => replica);
    return { [Symbol.iterator]: () => new Set([...told, ...now()]).values() };
  }

  /**
   * Waits for the first, and a moment for the others: the first may be a replica that is about to stop. Nobody waits long
   * for one that hangs; it is not asked for embeddings until it has told of its model.
   */
  private async toldBy(entries: readonly Entry[]): Promise<void> {
    await firstOf(entries.map(({ description }) => description));
    const silent = entries.filter(({ known }) => known === undefined);
    const waitMs = Math.max(...silent.map(({ askedAt }) => askedAt)) + patienceMs - Date.now();
    if (silent.length === 0 || waitMs <= 0) return;
    const over = new AbortController();
    const patience = sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(silent.map(({ description }) => description)), patience]);
    over.abort();
  }

  private ask(): Entry[] {
    const failures = this.source.failures();
    const isFresh = (entry: Entry | undefined) =>
      entry?.failures === failures && Date.now() - entry.askedAt <= this.maxAgeMs;
    // Without those that are not connected any more.
    this.entries = new Map(
      this.source.replicas.map((replica) => {
        const entry = this.entries.get(replica);
        return [
          replica,
          entry !== undefined && isFresh(entry) ? entry : this.begin(replica, failures, entry),
        ];
      }),
    );
    return [...this.entries.values()];
  }

  /** @param before what is known of it holds until it has told again, unless a call has failed since */
  private begin(replica: ReplicaId, failures: number, before: Entry | undefined): Entry {
    const description = this.source.describe(replica);
    const { known, key } = before?.failures === failures ? before : nothing;
    const entry: Entry = { failures, askedAt: Date.now(), description, known, key };
    description.then(
      (told) => {
        entry.known = told;
        entry.key = modelKey(told);
      },
      // Whoever waits is told; the next one asks again.
      () => {
        if (this.entries.get(replica) === entry) this.entries.delete(replica);
      },
    );
    return entry;
  }
}

/** @throws what the first of them failed with when all do */
async function firstOf<T>(promises: readonly Promise<T>[]): Promise<T> {
  try {
    return await Promise.any(promises);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
