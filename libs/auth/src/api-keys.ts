import { createHash, timingSafeEqual } from 'node:crypto';

/** The keys that open the API. Only their hashes are kept. */
export class ApiKeys {
  readonly #hashes: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#hashes = keys.map((key) => hash(Buffer.from(key, 'utf8')));
  }

  /** False: no key was configured, so none is asked. */
  get required(): boolean {
    return this.#hashes.length > 0;
  }

  /**
   * Compares hashes, all of them and in constant time, so that neither length nor content of a key can be
   * learned from how long a refusal takes.
   */
  accepts(header: string): boolean {
    // Node hands headers over as latin1: this gives back the bytes that were sent, UTF-8 included.
    const given = hash(Buffer.from(header, 'latin1'));
    let accepted = false;
    for (const known of this.#hashes) accepted = timingSafeEqual(known, given) || accepted;
    return accepted;
  }
}

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
