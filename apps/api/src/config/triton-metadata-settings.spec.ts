import { EnvironmentReader, SettingsError } from '@face/environment';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { Settings } from './settings.js';
import { readTritonMetadata } from './triton-metadata-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'face-metadata-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const path = join(folder, 'metadata');
  writeFileSync(path, content);
  return path;
}

function read(environment: Record<string, string>) {
  const reader = new EnvironmentReader(environment);
  const metadata = readTritonMetadata(reader);
  reader.finish();
  return metadata.toGrpc().getMap();
}

const problemOf = (environment: Record<string, string>): string => {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'none';
};

describe('metadata of the settings', () => {
  it('comes from a list, a file, or both, verbatim', () => {
    const path = fileOf('# of the ops team\nb-key=with, comma=and #\r\n\ntrace-bin=AAEC\n');
    expect(read({ FACE_V3_TRITON_METADATA: 'A-Key=one=1, c=', FACE_V3_TRITON_METADATA_FILE: path })).toEqual({
      'a-key': 'one=1',
      c: '',
      'b-key': 'with, comma=and #',
      'trace-bin': Buffer.from([0, 1, 2]),
    });
    expect(read({})).toEqual({});
  });

  it.each([
    ['key=secret-1,secret-2', /^Entry 2 of FACE_V3_TRITON_METADATA is not of the form key=value\.$/],
    ['key=secret-1,KEY=secret-2', /^Entry 2 of .* has the key of an earlier one\.$/],
    ['grpc-key=secret-1', /reserved/],
    ['key=secret-\u00fc', /printable/],
    ['key-bin=secret-1', /base64/],
  ])('says what is wrong with %j, without showing it', (text, message) => {
    const problem = problemOf({ FACE_V3_TRITON_METADATA: text });
    expect(problem).toMatch(message);
    expect(problem).not.toContain('secret');
  });

  it('names the line of the file, and a file that cannot be read', () => {
    const path = fileOf('# comment\nsecret-1\n');
    expect(problemOf({ FACE_V3_TRITON_METADATA_FILE: path })).toBe(
      'Line 2 of FACE_V3_TRITON_METADATA_FILE is not of the form key=value.',
    );
    expect(problemOf({ FACE_V3_TRITON_METADATA_FILE: join(folder, 'none') })).toContain(
      'expected a readable file',
    );
  });

  it('is not shown by what prints the settings', () => {
    const settings = new Settings({
      FACE_V3_TRITON_URL: 'triton:8001',
      FACE_V3_TRITON_METADATA: 'key=secret-1',
    });
    expect(settings.tritonMetadata.size).toBe(1);
    expect(JSON.stringify(settings) + inspect(settings, { depth: 9, showHidden: true })).not.toContain(
      'secret-1',
    );
  });
});
