import { status } from '@grpc/grpc-js';
import type { GrpcFailure } from './grpc-failure.js';

/**
 * For the log, in place of a failure that says nothing: some servers give no text, and Node's HTTP/2 drops one that ends
 * with a blank, as some of Triton's do.
 */
export class WordlessFailure extends Error implements GrpcFailure {
  readonly code: status;
  readonly details = '';

  constructor(failure: GrpcFailure) {
    super(`${status[failure.code]}: the model server gave no reason, or it was lost on the way`, {
      cause: failure,
    });
    this.name = 'WordlessFailure';
    this.code = failure.code;
  }
}
