import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { IncomingMessage } from 'node:http';
import { PinoPretty } from 'pino-pretty';
import { requestLog } from './request-log.js';

export interface LoggingOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** For a person at a terminal instead of a log collector. */
  readonly pretty: boolean;
  /** Id of a request, as the caller sees it. */
  readonly requestId: (request: IncomingMessage) => string;
}

/** Nest's logger and the request log, both through pino to stdout: JSON lines, or a readable form of them. */
@Module({})
export class LoggingModule {
  static forRoot({ level, pretty, requestId }: LoggingOptions): DynamicModule {
    const options = { level, ...requestLog(requestId) };
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot({ pinoHttp: pretty ? [options, readableStream()] : options })],
      exports: [LoggerModule],
    };
  }
}

// In this process: pino's transports are threads, whose last lines are lost when a start is refused.
function readableStream() {
  return PinoPretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,context,request_id,method,route,status',
    messageFormat: '{msg}{if duration_ms} in {duration_ms} ms ({request_id}){end}',
    singleLine: true,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
  });
}
