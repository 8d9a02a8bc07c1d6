import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { finalize, type Observable } from 'rxjs';
import { bodyRuleKey, type BodyRule } from '../endpoint.decorator.js';
import { inSpan } from '../in-span.js';
import { BodyReader } from './body-reader.js';

/**
 * Reads the body after the guards and before the pipes. Nest's own parser is a middleware, which would read
 * the bodies of callers without a key too.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly reader: BodyReader,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const rule = this.reflector.get<BodyRule | undefined>(bodyRuleKey, context.getHandler());
    if (rule === undefined) return next.handle();
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const handled = new AbortController();
    const done = () => {
      handled.abort('handled');
      // Node holds on to a request until the next one of its connection.
      request.body = undefined;
    };
    // When the deadline passes just now nobody will look at what comes of `next`.
    response.once('close', done);
    const task = { rule, handled: handled.signal };
    request.body = await inSpan('read body', () => this.reader.read(request, response, task));
    return next.handle().pipe(finalize(done));
  }
}
