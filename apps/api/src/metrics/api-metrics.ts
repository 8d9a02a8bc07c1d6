import { projectVersion } from '@face/environment';
import { type Registry, programRegistry } from '@face/observability';
import { TritonClient } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { BodyBudget } from '../http/body/body-budget.js';
import { OpenResponses } from '../http/open-responses.js';
import { countBackendCalls } from './backend-metrics.js';
import { HttpMetrics } from './http-metrics.js';

/** The metrics of one process of the API. Made only when somebody may read them. */
@Injectable()
export class ApiMetrics {
  readonly registry: Registry;
  readonly http: HttpMetrics;

  constructor(responses: OpenResponses, budget: BodyBudget, client: TritonClient) {
    this.registry = programRegistry({ program: 'api', version: projectVersion() });
    this.http = new HttpMetrics(this.registry, responses, budget);
    countBackendCalls(this.registry, client);
  }
}
