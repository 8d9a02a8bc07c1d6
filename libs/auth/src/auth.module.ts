import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';

@Module({})
export class AuthModule {
  /** Guards every handler of the app. Without any key none is asked. */
  static forRoot(options: { readonly keys: readonly string[] }): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        { provide: ApiKeys, useValue: new ApiKeys(options.keys) },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
      ],
    };
  }
}
