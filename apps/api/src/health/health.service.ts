import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { Settings } from '../config/settings.js';
import type { HealthAnswer, ProbeAnswer } from './health.dto.js';
import { ProcessHealthIndicator } from './process.health.js';
import { RerankHealthIndicator } from './rerank.health.js';
import { SharedAnswer } from './shared-answer.js';
import { TritonHealthIndicator } from './triton.health.js';

/** What the probes ask. Each answer is fresh, but for what libs/triton remembers of a model that failed. */
@Injectable()
export class HealthService {
  readonly #state = new SharedAnswer(() => this.#askState());
  readonly #ready = new SharedAnswer(() => this.#askReady());

  constructor(
    private readonly settings: Settings,
    private readonly checks: HealthCheckService,
    private readonly triton: TritonHealthIndicator,
    private readonly rerank: RerankHealthIndicator,
    private readonly process: ProcessHealthIndicator,
  ) {}

  /** The old probes' form. */
  state(): Promise<HealthAnswer> {
    return this.#state.get();
  }

  /** That this code runs is all there is to say. */
  live(): ProbeAnswer {
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  ready(): Promise<ProbeAnswer> {
    return this.#ready.get();
  }

  async #askState(): Promise<HealthAnswer> {
    const [{ triton }, { rerank }] = await Promise.all([
      this.triton.check('triton'),
      this.rerank.check('rerank'),
    ]);
    const ready = { triton_ready: triton.status === 'up', rerank_ready: rerank.status === 'up' };
    const reasons = [triton, rerank].flatMap(({ reason }) => (typeof reason === 'string' ? [reason] : []));
    const fine = ready.triton_ready && ready.rerank_ready && reasons.length === 0;
    return {
      status: fine ? 'ok' : 'degraded',
      environment: this.settings.environment,
      ...ready,
      reasons,
    };
  }

  async #askReady(): Promise<ProbeAnswer> {
    try {
      const result = await this.checks.check([
        () => this.triton.check('triton'),
        () => this.rerank.check('rerank'),
        () => this.process.check('process'),
      ]);
      return {
        status: result.status,
        info: { ...result.info },
        error: { ...result.error },
        details: result.details,
      };
    } catch (error) {
      // Terminus' way of saying "not ready": its answer travels in the exception.
      if (error instanceof ServiceUnavailableException) return error.getResponse() as ProbeAnswer;
      throw error;
    }
  }
}
