import type { Type } from '@nestjs/common';

/** What a parser may want to know of the request that a body is of. */
export interface ParsedRequest {
  /** The class that the body will be checked against. */
  readonly type: Type<object>;
  /** Fires at the deadline or when the caller hangs up. */
  readonly signal: AbortSignal;
  /** Fires when the request needs its body no more, however it ended. */
  readonly handled: AbortSignal;
}

/** Reads JSON bodies that are too large for JSON.parse on the event loop. */
export interface JsonParser {
  /** Memory for a body of so many bytes. */
  memoryFor(bytes: number): Buffer<ArrayBuffer>;

  /**
   * @param bytes the body, in memory that memoryFor() gave and that belongs to the parser again
   * @returns what JSON.parse would give, or the same with parts of it in a form of the feature's own
   * @throws FaceError as parseJson() does; the reason of `signal` when it fires
   */
  parse(bytes: Buffer<ArrayBuffer>, request: ParsedRequest): Promise<unknown>;
}
