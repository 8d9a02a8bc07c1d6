import { TritonReadiness } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { probeContext } from './probe-context.js';

/** Whether Triton has both models ready and they fit the settings. Up with a reason: it works, but not always. */
@Injectable()
export class TritonHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly readiness: TritonReadiness,
  ) {}

  async check<const Key extends string>(key: Key) {
    const indicator = this.indicators.check(key);
    const readiness = await this.readiness.check(probeContext());
    if (!readiness.ready) return indicator.down({ reason: readiness.error.message });
    const { warning } = readiness;
    return warning === undefined ? indicator.up() : indicator.up({ reason: warning.message });
  }
}
