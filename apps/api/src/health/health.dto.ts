import { ApiProperty, type OpenAPIObject } from '@nestjs/swagger';
import { environments } from '../config/settings.js';

export class HealthAnswer {
  @ApiProperty({
    description: '`ok` when everything below is ready and there is no reason to look after it.',
    enum: ['ok', 'degraded'],
    example: 'ok',
  })
  readonly status!: 'ok' | 'degraded';

  @ApiProperty({ description: 'FACE_V3_ENV of this server.', enum: environments, example: 'local' })
  readonly environment!: (typeof environments)[number];

  @ApiProperty({ description: 'Triton answers, has both models and they fit the settings.', example: true })
  readonly triton_ready!: boolean;

  @ApiProperty({ description: 'The rerank library works for the dimension of the model.', example: true })
  readonly rerank_ready!: boolean;

  @ApiProperty({
    description: 'A sentence for each thing that is not ready, or works for some requests only.',
    type: [String],
    example: [],
  })
  readonly reasons!: readonly string[];
}

type Indicators = Readonly<Record<string, object | undefined>>;

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const indicators: { type: 'object'; additionalProperties: Schema } = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string' }, reason: { type: 'string' } },
  },
};

/** Terminus' form. */
export class ProbeAnswer {
  @ApiProperty({
    description: '`ok`, or what is wrong.',
    enum: ['ok', 'error', 'shutting_down'],
    example: 'ok',
  })
  readonly status!: string;

  @ApiProperty({ description: 'What is up.', ...indicators, example: { triton: { status: 'up' } } })
  readonly info!: Indicators;

  @ApiProperty({ description: 'What is down, and why.', ...indicators, example: {} })
  readonly error!: Indicators;

  @ApiProperty({ description: 'Both together.', ...indicators, example: { triton: { status: 'up' } } })
  readonly details!: Indicators;
}
