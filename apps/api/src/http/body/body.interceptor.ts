import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import { bodyRuleKey, type BodyRule } from '../endpoint.decorator.js';
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
    if (rule !== undefined) {
      const http = context.switchToHttp();
      const request = http.getRequest<Request>();
      request.body = await this.reader.read(request, http.getResponse<Response>(), rule);
    }
    return next.handle();
  }
}
