export { ApiKeyGuard, apiKeyHeader } from './api-key.guard.js';
export { ApiKeys } from './api-keys.js';
export type { KeyId } from './api-keys.js';
export { AuthModule } from './auth.module.js';
export type { AuthOptions } from './auth.options.js';
export { problemOfKey, readKeyLines } from './key-lines.js';
export type { KeyLines, KeyRules } from './key-lines.js';
export { Public } from './public.decorator.js';
