import type { Type } from '@nestjs/common';

/** Reads JSON bodies that are too large for JSON.parse on the event loop. */
export interface JsonParser {
  /**
   * @param bytes of the whole body; theirs is the parser, which may give them to another thread
   * @param type the class that the body will be checked against
   * @returns what JSON.parse would give, or the same with parts of it in a form of the feature's own
   * @throws FaceError as parseJson() does; the reason of `signal` when it aborts
   */
  parse(bytes: Buffer<ArrayBuffer>, type: Type<object>, signal: AbortSignal): Promise<unknown>;
}
