import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Settings as ApiSettings } from '../../apps/api/src/config/settings.js';
import { Settings as ModelServerSettings } from '../../apps/model-server/src/config/settings.js';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const set = parseEnv(text);
/** Names that are there as a comment, with the value that is shown. */
const shown = parseEnv([...text.matchAll(/^# ([A-Z][A-Z0-9_]*=.*)$/gm)].map(([, line]) => line).join('\n'));

const server = { FACE_V3_TRITON_URL: 'triton:8001' };

/** The names that a settings class asks for. */
function namesRead(read: (environment: NodeJS.ProcessEnv) => unknown): Set<string> {
  const names = new Set<string>();
  const environment = new Proxy<NodeJS.ProcessEnv>(server, {
    get: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  read(environment);
  return names;
}

describe('.env.example', () => {
  it('changes nothing when it is copied as it is', () => {
    expect(new ApiSettings({ ...server, ...set })).toEqual(new ApiSettings(server));
    expect(new ModelServerSettings({ ...set })).toEqual(new ModelServerSettings({}));
  });

  it('leaves to compose and the images what is different there', () => {
    const elsewhere = [
      'FACE_V3_TRITON_URL',
      'FACE_V3_HOST',
      'FACE_V3_RERANK_LIBRARY_PATH',
      'FACE_V3_MERGE_LIBRARY_PATH',
    ];
    expect(elsewhere.filter((name) => name in set)).toEqual([]);
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(elsewhere));
  });

  it('shows values that can be used', () => {
    const values = Object.fromEntries(
      // What these name are files and secrets of the reader's own.
      Object.entries(shown).filter(([name]) => !/^FACE_V3_TRITON_(METADATA|TLS)/.test(name)),
    );
    expect(() => new ApiSettings({ ...set, ...values })).not.toThrow();
    expect(() => new ModelServerSettings({ ...set, ...values })).not.toThrow();
  });

  it('has what the two programs read, and nothing else', () => {
    const read = new Set([
      ...namesRead((environment) => new ApiSettings(environment)),
      ...namesRead((environment) => new ModelServerSettings(environment)),
    ]);
    // Old names of settings that have new ones, and the place that systems have for caches.
    for (const name of ['UVICORN_WORKERS', 'PORT', 'XDG_CACHE_HOME']) read.delete(name);
    // Of OpenTelemetry's variables, which its specification explains, the first to be set will do.
    const own = (name: string) => name.startsWith('FACE_V3_');
    expect([...Object.keys(set), ...Object.keys(shown)].filter(own).sort()).toEqual(
      [...read].filter(own).sort(),
    );
  });
});
