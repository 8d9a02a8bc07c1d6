import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { RequestRecord } from './request-record.js';

/** What travels with a request through every layer; fits `CallContext` of the Triton client. */
export interface HttpCallContext {
  /** Aborts at the deadline or when the caller hangs up; its reason is the FaceError to answer with. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, as Date.now(). */
  readonly deadline: number;
  readonly requestId: string;
  /** Where the features tell what they did. */
  readonly record: RequestRecord;
}

// Beside the request instead of on it: no framework type to widen, and nobody else can write it.
const contexts = new WeakMap<IncomingMessage, HttpCallContext>();

export function attachRequestContext(request: IncomingMessage, context: HttpCallContext): void {
  contexts.set(request, context);
}

/** @throws Error when `requestContext()` (request-context.middleware.ts) did not run before. */
export function requestContextOf(request: IncomingMessage): HttpCallContext {
  const context = contexts.get(request);
  if (context === undefined) throw new Error('The request has no context: its middleware was not installed.');
  return context;
}

/** Parameter of a handler: the `HttpCallContext` of its request. */
export const RequestContext = createParamDecorator(
  (_data: undefined, execution: ExecutionContext): HttpCallContext =>
    requestContextOf(execution.switchToHttp().getRequest<IncomingMessage>()),
);
