import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Endpoint } from '../http/endpoint.decorator.js';
import { RequestContext, type HttpCallContext } from '../http/request-context.js';
import { EmbeddingBodyParser } from './embedding-body.parser.js';
import { MergeAnswer } from './merge.answer.js';
import { MergeRequest } from './merge.request.js';
import { mergeExample, rerankExample } from './rerank.examples.js';
import { RerankAnswer } from './rerank.answer.js';
import { RerankRequest } from './rerank.request.js';
import { RerankService } from './rerank.service.js';

@ApiTags('search')
@Controller('api/v1')
export class RerankController {
  constructor(private readonly service: RerankService) {}

  @Post('rerank')
  @Endpoint({
    summary: 'Score the candidates that a vector search returned',
    description:
      'Each score is the calibrated probability that the candidate shows the person of the query. Candidates that ' +
      'look like one person support each other.',
    body: {
      type: RerankRequest,
      accepts: 'json',
      parser: EmbeddingBodyParser,
      examples: rerankExample.requests,
    },
    answer: { type: RerankAnswer, example: rerankExample.answer },
  })
  rerank(@Body() request: RerankRequest, @RequestContext() context: HttpCallContext): Promise<RerankAnswer> {
    return this.service.rerank(request, context);
  }

  @Post('merge')
  @Endpoint({
    summary: 'Merge several embeddings of one person into one template',
    description: 'A wrong photo among right ones has hardly any say, and is pointed out.',
    body: {
      type: MergeRequest,
      accepts: 'json',
      parser: EmbeddingBodyParser,
      examples: mergeExample.requests,
    },
    answer: { type: MergeAnswer, example: mergeExample.answer },
  })
  merge(@Body() request: MergeRequest, @RequestContext() context: HttpCallContext): Promise<MergeAnswer> {
    return this.service.merge(request, context);
  }
}
