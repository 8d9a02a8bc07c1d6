import { Public } from '@face/auth';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { HealthAnswer, ProbeAnswer } from './health.dto.js';
import { HealthService } from './health.service.js';

@Public()
@ApiTags('health')
@Controller('healthz')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @ApiOperation({
    summary: 'State of this server and of what it needs',
    description: 'Always 200: read `status`. Asks Triton and the rerank library for real.',
  })
  @ApiOkResponse({ description: 'The state.', type: HealthAnswer })
  state(): Promise<HealthAnswer> {
    return this.health.state();
  }

  @Get('live')
  @ApiOperation({ summary: 'Liveness probe', description: '200 while the process works.' })
  @ApiOkResponse({ description: 'Alive.', type: ProbeAnswer })
  live(): ProbeAnswer {
    return this.health.live();
  }

  @Get('ready')
  @ApiOperation({ summary: 'Readiness probe', description: '503 when not ready, or shutting down.' })
  @ApiOkResponse({ description: 'Ready.', type: ProbeAnswer })
  @ApiServiceUnavailableResponse({ description: 'Not ready; `error` says why.', type: ProbeAnswer })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ProbeAnswer> {
    const answer = await this.health.ready();
    response.status(answer.status === 'ok' ? 200 : 503);
    return answer;
  }
}
