import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { FaceReranker } from './face-reranker.js';
import { RERANK_OPTIONS, type RerankOptions } from './rerank.options.js';
import { TemplateMerger } from './template-merger.js';

export interface RerankAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<RerankOptions>['useFactory'];
}

/** Rerank and merge in the native libraries. A library that cannot be loaded does not stop the start. */
@Module({})
export class RerankModule {
  static forRoot(options: RerankOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: RerankAsyncOptions): DynamicModule {
    return {
      module: RerankModule,
      imports,
      providers: [{ provide: RERANK_OPTIONS, inject, useFactory }, FaceReranker, TemplateMerger],
      exports: [FaceReranker, TemplateMerger],
    };
  }
}
