import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAssetSet } from './asset-set.js';
import { cacheFolder } from './cache-folder.js';
import { locatePack, packsFolder } from './locate-pack.js';
import { parsePackManifest } from './pack-manifest.js';

const folder = mkdtempSync(join(tmpdir(), 'packs-'));
mkdirSync(join(folder, 'folder-pack'));
writeFileSync(join(folder, 'folder-pack', 'pack.json'), '{}');
writeFileSync(join(folder, 'plain.json'), '{}');
afterAll(() => rmSync(folder, { recursive: true }));

describe('locatePack', () => {
  it('finds a pack by name, by the path of its JSON and by the path of its folder', async () => {
    expect(await locatePack('plain', folder)).toBe(join(folder, 'plain.json'));
    expect(await locatePack('folder-pack', folder)).toBe(join(folder, 'folder-pack', 'pack.json'));
    expect(await locatePack(join(folder, 'plain.json'))).toBe(join(folder, 'plain.json'));
    expect(await locatePack(join(folder, 'folder-pack'))).toBe(join(folder, 'folder-pack', 'pack.json'));
  });

  it('names the packs there are', async () => {
    await expect(locatePack('other', folder)).rejects.toThrow(
      "there is no model pack 'other': known are plain",
    );
    await expect(locatePack(join(folder, 'none'))).rejects.toThrow(
      `there is no model pack at ${folder}/none or `,
    );
  });
});

describe('the packs of the project', () => {
  const names = readdirSync(packsFolder()).filter((name) => name.endsWith('.json'));
  it.each(names)('%s is a good manifest under its own name', (name) => {
    const path = join(packsFolder(), name);
    expect(`${parsePackManifest(path, name, readFileSync(path, 'utf8')).name}.json`).toBe(name);
  });

  it('sample-photos.json lists six photos', () => {
    const path = join(packsFolder(), 'photos', 'sample-photos.json');
    expect(parseAssetSet(path, 'sample-photos.json', readFileSync(path, 'utf8')).files).toHaveLength(6);
  });

  it('are not sought where the project is not', () => {
    expect(() => packsFolder(folder)).toThrow(`was not found above ${folder}`);
  });
});

describe('cacheFolder', () => {
  it('follows the setting, then the habits of the system', () => {
    expect(cacheFolder({ FACE_V3_CACHE_DIR: '/data/cache', XDG_CACHE_HOME: '/xdg' })).toBe('/data/cache');
    expect(cacheFolder({ FACE_V3_CACHE_DIR: ' ', XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/face-search-backend');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toMatch(/\/\.cache\/face-search-backend$/);
    expect(cacheFolder({}, 'darwin')).toMatch(/\/Library\/Caches\/face-search-backend$/);
  });
});
