import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { OpenResponses } from '../http/open-responses.js';

/** Down from the first sign of a shutdown on, so that no new request is routed here. */
@Injectable()
export class ProcessHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly responses: OpenResponses,
  ) {}

  check<const Key extends string>(key: Key) {
    const indicator = this.indicators.check(key);
    return this.responses.draining
      ? indicator.down({ reason: 'The process is shutting down.' })
      : indicator.up();
  }
}
