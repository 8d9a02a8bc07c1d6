import { Metadata } from '@grpc/grpc-js';

/** What gRPC allows in a key, without the colon of HTTP/2's own ones. */
const legalKey = /^[0-9a-z_.-]+$/;
const printable = /^[\x20-\x7e]*$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Set by gRPC or HTTP/2 itself, or forbidden there. */
const reserved = [
  ...['connection', 'content-length', 'content-type', 'host', 'http2-settings', 'keep-alive'],
  ...['proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent'],
];

/**
 * Metadata that goes with every call, such as what a server with restricted protocols asks for. Values are secrets:
 * there is no way to see them here, also not by JSON.stringify or in the console.
 */
export class CallMetadata {
  readonly #entries: ReadonlyMap<string, string>;

  /**
   * @param entries keys of any case, values as they are sent; base64 where the key ends with `-bin`.
   * @throws TypeError when {@link problemOf} has something to say of one.
   */
  constructor(entries: Iterable<readonly [key: string, value: string]> = []) {
    const kept = new Map<string, string>();
    for (const [key, value] of entries) {
      const problem = CallMetadata.problemOf(key, value);
      if (problem !== undefined) throw new TypeError(`An entry of the metadata ${problem}.`);
      kept.set(key.toLowerCase(), value);
    }
    this.#entries = kept;
  }

  /** Why this cannot be sent, as the rest of a sentence that says where it stands, for it has neither key nor value. */
  static problemOf(key: string, value: string): string | undefined {
    const name = key.toLowerCase();
    if (!legalKey.test(name)) return 'has a key of other characters than letters, digits, _ . -';
    if (name.startsWith('grpc-') || reserved.includes(name))
      return 'has a key that is reserved for gRPC itself';
    if (name.endsWith('-bin')) {
      return base64.test(value) && value !== ''
        ? undefined
        : 'has a key that ends with -bin, but a value that is not base64';
    }
    if (!printable.test(value)) return 'has a value with other characters than printable ASCII ones';
    return value.trim() === value ? undefined : 'has a value that starts or ends with a blank';
  }

  get size(): number {
    return this.#entries.size;
  }

  /** For one channel; its values can be read there. */
  toGrpc(): Metadata {
    const metadata = new Metadata();
    for (const [key, value] of this.#entries) {
      metadata.set(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
    }
    return metadata;
  }
}
