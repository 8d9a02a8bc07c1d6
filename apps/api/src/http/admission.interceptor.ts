import { FaceError } from '@face/errors';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { finalize, type Observable } from 'rxjs';
import { Settings } from '../config/settings.js';
import { bodyRuleKey } from './endpoint.decorator.js';

/**
 * A permit or 429 at once, before the body is read: work that waits here would only meet its deadline later,
 * with its photos in memory until then. Only handlers that take a body need a permit.
 */
@Injectable()
export class AdmissionInterceptor implements NestInterceptor {
  #working = 0;

  constructor(
    private readonly settings: Settings,
    private readonly reflector: Reflector,
  ) {}

  /** @throws FaceError `overloaded` */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<unknown>(bodyRuleKey, context.getHandler()) === undefined) return next.handle();
    const { maxConcurrentRequests } = this.settings;
    if (this.#working >= maxConcurrentRequests) {
      const sentence = `${maxConcurrentRequests} requests are being worked on, which is as many as this server takes at a time.`;
      throw new FaceError('overloaded', sentence, { retryAfterSeconds: 1 });
    }
    this.#working++;
    return next.handle().pipe(finalize(() => this.#working--));
  }
}
