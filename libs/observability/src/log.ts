import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export interface LogOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** For a person at a terminal instead of a log collector. */
  readonly pretty: boolean;
}

/** A log to stdout: JSON lines, or a readable form of them. */
export function createLog({ level, pretty }: LogOptions): Logger {
  return pretty ? pino({ level }, readableStream()) : pino({ level });
}

// In this process: pino's transports are threads, whose last lines are lost when a start is refused.
function readableStream() {
  return PinoPretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,context,request_id,method,route,status,duration_ms,trace_id',
    messageFormat: '{msg}{if duration_ms} in {duration_ms} ms ({request_id}){end}',
    singleLine: true,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
  });
}
