import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { createLog, type LogOptions } from './log.js';
import { requestLog, type RequestLogOptions } from './request-log.js';

export interface LoggingOptions extends LogOptions, RequestLogOptions {}

/** Nest's logger and the request log, both into the one log of the process. */
@Module({})
export class LoggingModule {
  static forRoot(options: LoggingOptions): DynamicModule {
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: createLog(options), ...requestLog(options) } })],
      exports: [LoggerModule],
    };
  }
}
