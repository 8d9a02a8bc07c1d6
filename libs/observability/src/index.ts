export { Logger } from 'nestjs-pino';
export { createLog } from './log.js';
export type { LogOptions } from './log.js';
export { LoggingModule } from './logging.module.js';
export type { LoggingOptions } from './logging.module.js';
export { noteFailure } from './request-log.js';
