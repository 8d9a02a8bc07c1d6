import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { InferenceLimit } from './calls/inference-limit.js';
import { ModelCatalog } from './models/model-catalog.js';
import { ModelTrials } from './models/model-trials.js';
import { SharedMemory } from './shared-memory/shared-memory.js';
import { TritonClient } from './triton-client.js';
import { TritonConnection } from './connection/triton-connection.js';
import { TRITON_OPTIONS, type TritonOptions } from './triton-options.js';
import { TritonReadiness } from './models/triton-readiness.js';

export interface TritonModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => TritonOptions | Promise<TritonOptions>;
}

/** One connection to the model server for the whole application, closed with it. */
@Module({})
export class TritonModule {
  static forRoot(options: TritonOptions): DynamicModule {
    return build({ provide: TRITON_OPTIONS, useValue: options });
  }

  static forRootAsync({ imports, inject, useFactory }: TritonModuleAsyncOptions): DynamicModule {
    return build({ provide: TRITON_OPTIONS, inject: inject ?? [], useFactory }, imports);
  }
}

function build(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
  return {
    module: TritonModule,
    global: true,
    imports,
    providers: [
      options,
      InferenceLimit,
      TritonConnection,
      SharedMemory,
      TritonClient,
      ModelCatalog,
      ModelTrials,
      TritonReadiness,
    ],
    exports: [TritonClient, ModelCatalog, TritonReadiness],
  };
}
