import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { IncomingMessage } from 'node:http';
import { createLog, type LogOptions } from './log.js';
import { requestLog } from './request-log.js';

export interface LoggingOptions extends LogOptions {
  /** Id of a request, as the caller sees it. */
  readonly requestId: (request: IncomingMessage) => string;
}

/** Nest's logger and the request log, both into the one log of the process. */
@Module({})
export class LoggingModule {
  static forRoot({ requestId, ...log }: LoggingOptions): DynamicModule {
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: createLog(log), ...requestLog(requestId) } })],
      exports: [LoggerModule],
    };
  }
}
