import { availableParallelism } from 'node:os';
import { FaceError } from '@face/errors';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { finalize, type Observable } from 'rxjs';
import { Settings } from '../../config/settings.js';
import { type BodyRule, bodyRuleKey } from '../endpoint.decorator.js';
import { WaitForecast } from './wait-forecast.js';

/** One is decoded while another is with the model server. */
const requestsPerCore = 2;

/**
 * A permit or 429 at once, before the body is read: work that waits here would only meet its deadline later,
 * with its photos in memory until then. Only handlers that take a body need a permit. Photos and vectors do not
 * compete: scoring goes on while photos wait for the model server.
 */
@Injectable()
export class AdmissionInterceptor implements NestInterceptor {
  readonly #lanes: Readonly<Record<BodyRule['accepts'], WaitForecast>>;

  constructor(
    private readonly settings: Settings,
    private readonly reflector: Reflector,
  ) {
    const atOnce = requestsPerCore * availableParallelism();
    this.#lanes = { images: new WaitForecast(atOnce), json: new WaitForecast(atOnce) };
  }

  /** @throws FaceError `overloaded` */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const rule = this.reflector.get<BodyRule | undefined>(bodyRuleKey, context.getHandler());
    if (rule === undefined) return next.handle();
    const lane = this.#lanes[rule.accepts];
    this.#admit(lane);
    lane.begin(performance.now());
    return next.handle().pipe(finalize(() => lane.end(performance.now())));
  }

  #admit(lane: WaitForecast): void {
    const { maxConcurrentRequests, maxQueueSeconds } = this.settings;
    if (lane.inFlight >= maxConcurrentRequests) {
      const sentence = `${maxConcurrentRequests} requests are being worked on, which is as many as this server takes at a time.`;
      throw new FaceError('overloaded', sentence, { retryAfterSeconds: 1, limit: 'requests' });
    }
    const waitSeconds = lane.wait / 1000;
    if (waitSeconds > maxQueueSeconds) {
      const sentence = `A request would have to wait ${waitSeconds.toFixed(1)} seconds for those before it, which is longer than this server lets any wait.`;
      const retryAfterSeconds = Math.max(1, Math.ceil(waitSeconds - maxQueueSeconds));
      throw new FaceError('overloaded', sentence, { retryAfterSeconds, limit: 'queue_time' });
    }
  }
}
