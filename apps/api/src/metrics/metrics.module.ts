import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { ApiMetrics } from './api-metrics.js';

/** Part of the app only when metrics are switched on. */
@Module({ imports: [HttpModule], providers: [ApiMetrics] })
export class MetricsModule {}
