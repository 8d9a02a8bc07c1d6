import { dot } from '../measure/api-client.ts';

/** An embedding that is enrolled, of a photo or of a template. */
export interface Entry {
  readonly identity: string;
  /** Of unit length. */
  readonly embedding: Float32Array;
}

export interface Candidate extends Entry {
  readonly cosine: number;
}

/** What a vector search gives for one probe. */
export interface CandidateList {
  /** Who is searched. */
  readonly person: string;
  /** Entries of that person that are enrolled; 0 when the person is not. */
  readonly enrolled: number;
  readonly query: Float32Array;
  /** By falling cosine. */
  readonly candidates: readonly Candidate[];
}

/** A probe and everything that it is searched in. */
export interface SearchedProbe {
  readonly person: string;
  readonly query: Float32Array;
  /** Entries of the same person. */
  readonly own: readonly Entry[];
  readonly others: readonly Entry[];
}

/** Candidates that the vector search hands to /rerank. */
export const candidatesPerSearch = 100;

/**
 * Searches with the person enrolled, if there are own entries, and once more as if the person were not: that is an
 * unknown person too, and there are never enough of these.
 */
export function candidateLists({ person, query, own, others }: SearchedProbe): CandidateList[] {
  const found = nearest(query, [...own, ...others], candidatesPerSearch + own.length);
  const strangers = found.filter(({ identity }) => identity !== person);
  const listOf = (enrolled: number, candidates: readonly Candidate[]): CandidateList => ({
    person,
    enrolled,
    query,
    candidates: candidates.slice(0, candidatesPerSearch),
  });
  return [...(own.length === 0 ? [] : [listOf(own.length, found)]), listOf(0, strangers)];
}

/**
 * Exact search: the entries with the highest cosine, best first.
 * @param query of unit length
 */
export function nearest(query: Float32Array, entries: readonly Entry[], count: number): Candidate[] {
  const cosines = Float64Array.from(entries, ({ embedding }) => dot(query, embedding));
  // Sorting numbers is much faster than sorting entries, of which few remain.
  const least = cosines.toSorted()[Math.max(0, cosines.length - count)] ?? -Infinity;
  return entries
    .map((entry, index) => ({ ...entry, cosine: cosines[index] ?? -1 }))
    .filter(({ cosine }) => cosine >= least)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count);
}
