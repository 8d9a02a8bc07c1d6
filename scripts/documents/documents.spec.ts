import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../run/root.ts';
import { anchorsOf, linksOf, readDocument, tableRows } from './document.ts';

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('a document', () => {
  it.each(documents)('%s leads to what is there', (document) => {
    const folder = dirname(document);
    const broken = linksOf(readDocument(document)).filter(({ path, anchor }) => {
      const target = path === '' ? document : join(folder, path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== '' && target.endsWith('.md') && !anchorsOf(readDocument(target)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)('%s has tables that are tables', (document) => {
    const tables = readDocument(document).match(/(?:^\|.*\n)+/gm) ?? [];
    // A merge that went wrong leaves rows without a head, or a head among the rows.
    const isRule = (line: string) => /^\|(?: -+:? \|)+$/.test(line);
    const broken = tables.filter((table) => {
      const [, rule = '', ...rows] = table.trim().split('\n');
      return !isRule(rule) || rows.length === 0 || rows.some(isRule);
    });
    expect(broken).toEqual([]);
  });
});

describe('docs/migration.md', () => {
  const migration = readDocument('docs/migration.md');

  it('has every setting that an old .env may have', () => {
    const settings = Object.keys(parseEnv(readDocument('test/fixtures/old-service.env')));
    expect(settings.filter((name) => !migration.includes(`\`${name}\``))).toEqual([]);
  });

  it('has every route', () => {
    const { paths } = JSON.parse(readDocument('openapi.json')) as { readonly paths: object };
    const rows = tableRows(migration).join('\n');
    expect(
      Object.keys(paths).filter((path) => !rows.includes(path.replace('/healthz/ready', '/ready'))),
    ).toEqual([]);
  });
});

describe('docs/model-card.md', () => {
  const card = readDocument('docs/model-card.md');
  const quality = readDocument('docs/quality.md');

  it('has no figure that docs/quality.md does not have', () => {
    const measured = new Set(tableRows(quality));
    const [, ...rows] = card.split(/^## What it is for$/m);
    expect(tableRows(rows.join('')).filter((row) => !measured.has(row))).toEqual([]);
  });

  it('is about the pack that was measured, and names its calibration', () => {
    const pack = JSON.parse(readDocument('apps/model-server/packs/faceplugin.json')) as {
      readonly version: string;
      readonly calibration: { readonly none: { alpha: number; tau: number; n_cal: number } };
    };
    const { alpha, tau, n_cal } = pack.calibration.none;
    expect(card).toContain(`\`faceplugin\` ${pack.version}`);
    expect(card).toContain(`alpha ${alpha}, tau ${String(tau).replace('0.', '.')}, n_cal ${n_cal}`);
    const [, contract = ''] = /contract (\w{32})/.exec(quality) ?? [];
    expect(card).toContain(`\`${contract}\``);
  });

  it('names sizes of collections and false faces as they were measured', () => {
    const numbers = [...quality.matchAll(/, (\d+) enrolled$/gm)].map(([, number = '']) => number);
    expect(numbers).toHaveLength(2);
    for (const number of numbers) expect(card).toContain(number);
    const [falseFaces = 'none'] = /\d+ faces found in \d+ photos/.exec(quality) ?? [];
    expect(card).toContain(falseFaces.replace('faces found', 'detections'));
    const [, persons = 'none'] = /photos of (\d+) persons/.exec(quality) ?? [];
    expect(card).toContain(`${persons} persons`);
  });
});
