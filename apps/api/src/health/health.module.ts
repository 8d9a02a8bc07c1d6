import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HttpModule } from '../http/http.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { ProcessHealthIndicator } from './process.health.js';
import { RerankHealthIndicator } from './rerank.health.js';
import { TritonHealthIndicator } from './triton.health.js';

@Module({
  // A probe that finds something down is no error of this process: the answer says it, the log need not.
  imports: [TerminusModule.forRoot({ logger: false }), HttpModule],
  controllers: [HealthController],
  providers: [HealthService, TritonHealthIndicator, RerankHealthIndicator, ProcessHealthIndicator],
})
export class HealthModule {}
