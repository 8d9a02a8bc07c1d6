import { EnvironmentReader, SettingsError } from '@face/environment';
import { describe, expect, it } from 'vitest';
import { readTritonTls } from './triton-tls-settings.js';

function problemsOf(environment: Record<string, string>): readonly string[] {
  const reader = new EnvironmentReader(environment);
  readTritonTls(reader);
  try {
    reader.finish();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('TLS of the connection to Triton', () => {
  it('is off unless set', () => {
    expect(readTritonTls(new EnvironmentReader({}))).toBeUndefined();
  });

  it('needs nothing more for a server that a public authority vouches for', () => {
    expect(readTritonTls(new EnvironmentReader({ FACE_V3_TRITON_TLS: 'true' }))).toEqual({
      authorities: undefined,
      identity: undefined,
      serverName: undefined,
    });
  });

  it.each([
    [
      { FACE_V3_TRITON_TLS_SERVER_NAME: 'triton' },
      'FACE_V3_TRITON_TLS_SERVER_NAME is set, which means nothing',
    ],
    [{ FACE_V3_TRITON_TLS: 'yes please' }, "FACE_V3_TRITON_TLS is 'yes please', expected true or false"],
    [
      { FACE_V3_TRITON_TLS: 'true', FACE_V3_TRITON_TLS_KEY_FILE: '/a' },
      'FACE_V3_TRITON_TLS_KEY_FILE is set alone',
    ],
    [
      { FACE_V3_TRITON_TLS: 'true', FACE_V3_TRITON_TLS_CA_FILE: '/nowhere' },
      "FACE_V3_TRITON_TLS_CA_FILE is '/nowhere', expected a readable file",
    ],
    [
      { FACE_V3_TRITON_TLS: 'true', FACE_V3_TRITON_TLS_CA_FILE: import.meta.filename },
      'expected certificates in PEM form',
    ],
  ])('says what is wrong with %j', (environment, sentence) => {
    const [problem, ...others] = problemsOf(environment);
    expect(others).toEqual([]);
    expect(problem).toContain(sentence);
  });
});
