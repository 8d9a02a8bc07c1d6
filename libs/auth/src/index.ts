export { ApiKeyGuard, apiKeyHeader } from './api-key.guard.js';
export { ApiKeys } from './api-keys.js';
export { AuthModule } from './auth.module.js';
export { Public } from './public.decorator.js';
