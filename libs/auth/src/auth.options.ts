/** Injection token of {@link AuthOptions}. */
export const AUTH_OPTIONS = Symbol('AUTH_OPTIONS');

export interface AuthOptions {
  /** Keys that count as long as the process runs. */
  readonly fixedKeys: readonly string[];
  /** Keys of the file as it was at the start. None here and none in `fixedKeys`: no key is asked. */
  readonly fileKeys: readonly string[];
  /** File whose changes are taken over; undefined when there is none. */
  readonly keyFile: string | undefined;
  /** Characters of a key that a change may bring. */
  readonly minimumLength: number;
  /** Wrong keys that one address may send in a minute; 0 when it does not matter. */
  readonly wrongKeysPerMinute: number;
  /** Requests of one key that one process works on at a time; undefined when it does not matter. */
  readonly concurrentRequestsPerKey: number | undefined;
}
