import { setImmediate } from 'node:timers/promises';
import { type CandidateList, candidateLists, type Entry } from './candidate-search.ts';
import type { Photo, Probe } from './identification-protocol.ts';
import type { PortraitStore } from './portrait-store.ts';

export interface SearchedGallery {
  readonly entries: readonly Entry[];
  /** What is enrolled of the probe's person while the probe is searched; none of an unknown person. */
  readonly own: (probe: Probe) => readonly Entry[] | Promise<readonly Entry[]>;
}

/**
 * Searches each probe as each store has it. A probe in which no face was found is left out.
 * @throws the reason of `stop` when that is aborted
 */
export async function* searchProbes(
  probes: readonly Probe[],
  stores: readonly PortraitStore[],
  { entries, own }: SearchedGallery,
  stop: AbortSignal,
): AsyncGenerator<CandidateList> {
  for (const store of stores) {
    for (const probe of probes) {
      // The search below lets no signal in.
      await setImmediate();
      stop.throwIfAborted();
      const query = store.get(probe.path);
      if (query === undefined) continue;
      const person = probe.identity;
      const others = entries.filter(({ identity }) => identity !== person);
      yield* candidateLists({ person, query, own: await own(probe), others });
    }
  }
}

/** The photos as entries, without those in which no face was found. */
export function entriesOf(photos: readonly Photo[], store: PortraitStore): Entry[] {
  return photos.flatMap(({ path, identity }) => {
    const embedding = store.get(path);
    return embedding === undefined ? [] : [{ identity, embedding }];
  });
}
