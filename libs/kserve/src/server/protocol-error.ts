import { status } from '@grpc/grpc-js';

/** What a client is told: a gRPC status and the real server's words for it, which clients tell cases apart by. */
export class ProtocolError extends Error {
  constructor(
    readonly code: status,
    text: string,
    options?: { readonly cause: unknown },
  ) {
    super(text, options);
    this.name = 'ProtocolError';
  }
}

export function invalidArgument(text: string): ProtocolError {
  return new ProtocolError(status.INVALID_ARGUMENT, text);
}

/** Begins most of the texts about one request. */
export function requestLabel(id: string): string {
  return `[request id: ${id === '' ? '<id_unknown>' : id}] `;
}

/** @param id of the request, '' when it has none */
export function queueFull(id: string): ProtocolError {
  return new ProtocolError(status.UNAVAILABLE, `${requestLabel(id)}Exceeds maximum queue size`);
}
