import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
import { KeyConcurrency } from './key-concurrency.js';
import { KeyFile } from './key-file.js';
import { WrongKeyLimit } from './wrong-key-limit.js';

@Module({})
export class AuthModule {
  /** Guards every handler of the app. Without any key none is asked. */
  static forRoot(options: AuthOptions): DynamicModule {
    return {
      module: AuthModule,
      providers: [
        { provide: AUTH_OPTIONS, useValue: options },
        { provide: ApiKeys, useValue: new ApiKeys([...options.fixedKeys, ...options.fileKeys]) },
        KeyConcurrency,
        KeyFile,
        WrongKeyLimit,
        { provide: APP_GUARD, useClass: ApiKeyGuard },
      ],
    };
  }
}
