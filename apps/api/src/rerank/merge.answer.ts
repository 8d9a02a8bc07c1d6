import { ApiProperty } from '@nestjs/swagger';
import { vectorSchema } from './sent-embedding.js';
import { RerankTimings } from './rerank.answer.js';

export class MergeMember {
  @ApiProperty({
    description: 'Weight of this embedding in the template, in [0, 1]: how well it agrees with the others.',
    minimum: 0,
    maximum: 1,
    example: 0.62,
  })
  readonly weight!: number;

  @ApiProperty({
    description: 'True when it agrees so little that it may be another person.',
    example: false,
  })
  readonly outlier!: boolean;
}

export class MergeModel {
  @ApiProperty({
    description: 'Contract id of the model; null when Triton tells none.',
    type: String,
    nullable: true,
    example: '7fdcf6b1a266f9b64986c49ebefb05e1',
  })
  readonly contract_id!: string | null;

  @ApiProperty({ description: 'Numbers in an embedding.', type: 'integer', minimum: 1, example: 512 })
  readonly dimension!: number;
}

export class MergeAnswer {
  @ApiProperty({ ...vectorSchema, description: 'The template, of unit length.' })
  readonly embedding!: readonly number[] | string;

  @ApiProperty({ description: 'One for each embedding, in their order.', type: [MergeMember] })
  readonly members!: readonly MergeMember[];

  @ApiProperty({ description: 'The model whose embeddings these are.', type: MergeModel })
  readonly model!: MergeModel;

  @ApiProperty({ type: RerankTimings, description: 'How long it took.' })
  readonly timings_ms!: RerankTimings;
}
