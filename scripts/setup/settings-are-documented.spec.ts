import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../run/root.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Names of settings in the code that reads them. */
const settings = new Set(
  [
    'apps/api/src/config',
    'apps/model-server/src/config',
    'apps/model-server/src/packs',
    'libs/environment/src',
  ].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .flatMap((name) => read(join(folder, name)).match(/(?:FACE_V3|OTEL)_[A-Z_]*[A-Z]/g) ?? []),
  ),
);

describe('every setting that the programs read', () => {
  it.each([...settings])('%s is in .env.example and explained in docs/configuration.md', (name) => {
    expect(read('.env.example')).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
    expect(read('docs/configuration.md')).toContain(`\`${name}\``);
  });
});
