/** How often callers were turned away at the door, since the start of this process. Never goes down. */
export class AuthCounts {
  /** Requests without a key. */
  missing = 0;
  /** Requests with a key that is not known. */
  wrong = 0;
  /** Requests of addresses that had sent too many wrong keys, whatever they brought this time. */
  limited = 0;
  /** Requests with a known key that had as many in work as it may have. */
  busy = 0;
}
