export { Logger } from 'nestjs-pino';
export { LoggingModule } from './logging.module.js';
export type { LoggingOptions } from './logging.module.js';
export { noteFailure } from './request-log.js';
