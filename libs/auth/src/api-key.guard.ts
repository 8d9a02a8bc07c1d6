import { FaceError } from '@face/errors';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { ApiKeys, type KeyId } from './api-keys.js';
import { KeyConcurrency } from './key-concurrency.js';
import { publicKey } from './public.decorator.js';
import { WrongKeyLimit } from './wrong-key-limit.js';

export const apiKeyHeader = 'x-api-key';

/** Closed by default: every handler asks for a key unless `@Public()` opens it. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly limit: WrongKeyLimit,
    private readonly concurrency: KeyConcurrency,
    private readonly reflector: Reflector,
  ) {}

  /** @throws FaceError `unauthorized`, `too_many_wrong_keys`, `overloaded` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.keys.required) return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(publicKey, targets) === true) return true;
    const http = context.switchToHttp();
    const key = await this.#identify(http.getRequest<Request>());
    this.concurrency.take(key, http.getResponse<Response>());
    return true;
  }

  async #identify(request: Request): Promise<KeyId> {
    const given = request.headers[apiKeyHeader];
    if (typeof given !== 'string') {
      throw new FaceError('unauthorized', 'The header X-API-KEY is missing.');
    }
    const key = this.keys.find(given);
    const address = request.ip ?? '';
    if (key !== undefined && this.limit.knows(address, key)) return key;
    await this.limit.judge(address, key);
    if (key !== undefined) return key;
    throw new FaceError('unauthorized', 'The key in the header X-API-KEY is not known here.');
  }
}
