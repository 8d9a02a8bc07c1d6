import { createHash, timingSafeEqual } from 'node:crypto';

/** Stands for a key where the key itself has no business: equal for equal keys, and no way leads back. */
export type KeyId = string;

interface KnownKey {
  readonly id: KeyId;
  readonly hash: Buffer;
}

/** The keys that open the API. Only their hashes are kept. */
export class ApiKeys {
  #known: readonly KnownKey[];

  constructor(keys: readonly string[]) {
    this.#known = hashed(keys);
  }

  /** False: no key was configured, so none is asked. */
  get required(): boolean {
    return this.#known.length > 0;
  }

  /**
   * Compares hashes, all of them and in constant time, so that neither length nor content of a key can be
   * learned from how long a refusal takes.
   * @param header as Node hands it over
   * @returns undefined when no key is the same
   */
  find(header: string): KeyId | undefined {
    // Node hands headers over as latin1: this gives back the bytes that were sent, UTF-8 included.
    const given = hashOf(Buffer.from(header, 'latin1'));
    let found: KeyId | undefined;
    for (const { id, hash } of this.#known) if (timingSafeEqual(hash, given)) found = id;
    return found;
  }

  /**
   * From now on these keys count, and no others.
   * @param keys at least one: nothing that happens to a file may open the API to everybody
   * @returns whether they are others than before
   */
  replace(keys: readonly string[]): { readonly changed: boolean } {
    if (keys.length === 0) throw new Error('The keys of a guarded API can be replaced, but not taken away.');
    const before = idsOf(this.#known);
    this.#known = hashed(keys);
    return { changed: idsOf(this.#known) !== before };
  }
}

function hashed(keys: readonly string[]): readonly KnownKey[] {
  return keys.map((key) => {
    const hash = hashOf(Buffer.from(key, 'utf8'));
    return { id: hash.toString('hex'), hash };
  });
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function idsOf(keys: readonly KnownKey[]): string {
  return [...new Set(keys.map(({ id }) => id))].sort().join();
}
