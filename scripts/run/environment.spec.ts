import { describe, expect, it } from 'vitest';
import { apiAddress, hasApiKey, setting } from './environment.ts';

describe('settings that the scripts read', () => {
  it('take an empty value as not set', () => {
    expect(setting({ FACE_V3_TRITON_URL: '' }, 'FACE_V3_TRITON_URL')).toBeUndefined();
    expect(hasApiKey({ FACE_V3_API_KEY: '' })).toBe(false);
    expect(hasApiKey({ FACE_V3_API_KEY_FILE: 'keys' })).toBe(true);
  });

  it('say where the API listens', () => {
    expect(apiAddress({})).toEqual({ host: '127.0.0.1', port: 8000 });
    expect(apiAddress({ PORT: '9000' })).toEqual({ host: '127.0.0.1', port: 9000 });
    expect(apiAddress({ PORT: '9000', FACE_V3_PORT: '9001', FACE_V3_HOST: '::' })).toEqual({
      host: '::',
      port: 9001,
    });
    expect(apiAddress({ FACE_V3_PORT: 'http' })).toBeUndefined();
    expect(apiAddress({ FACE_V3_PORT: '70000' })).toBeUndefined();
  });
});
