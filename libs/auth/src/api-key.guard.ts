import { FaceError } from '@face/errors';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingMessage } from 'node:http';
import { ApiKeys } from './api-keys.js';
import { publicKey } from './public.decorator.js';

export const apiKeyHeader = 'x-api-key';

/** Closed by default: every handler asks for a key unless `@Public()` opens it. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly reflector: Reflector,
  ) {}

  /** @throws FaceError `unauthorized` */
  canActivate(context: ExecutionContext): boolean {
    if (!this.keys.required) return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(publicKey, targets) === true) return true;
    const given = context.switchToHttp().getRequest<IncomingMessage>().headers[apiKeyHeader];
    if (typeof given !== 'string') {
      throw new FaceError('unauthorized', 'The header X-API-KEY is missing.');
    }
    if (!this.keys.accepts(given)) {
      throw new FaceError('unauthorized', 'The key in the header X-API-KEY is not known here.');
    }
    return true;
  }
}
