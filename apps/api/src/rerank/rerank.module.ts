import { Module } from '@nestjs/common';
import { ComparableModel } from './comparable-model.js';
import { EmbeddingBodyParser } from './embedding-body.parser.js';
import { RerankController } from './rerank.controller.js';
import { RerankService } from './rerank.service.js';

/** /rerank and /merge; the native libraries come from the global RerankModule of @face/rerank. */
@Module({ controllers: [RerankController], providers: [RerankService, ComparableModel, EmbeddingBodyParser] })
export class RerankFeatureModule {}
