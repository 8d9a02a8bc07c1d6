import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Observable, race } from 'rxjs';
import { requestContextOf } from './request-context.js';

/** Answers at the deadline even when something behind it does not listen to the signal. */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { signal } = requestContextOf(context.switchToHttp().getRequest<IncomingMessage>());
    return race(abortOf(signal), next.handle());
  }
}

/** Fails with the signal's reason; never emits. */
function abortOf(signal: AbortSignal): Observable<never> {
  return new Observable((subscriber) => {
    const onAbort = () => subscriber.error(signal.reason);
    if (signal.aborted) {
      onAbort();
      return undefined;
    }
    signal.addEventListener('abort', onAbort);
    return () => signal.removeEventListener('abort', onAbort);
  });
}
