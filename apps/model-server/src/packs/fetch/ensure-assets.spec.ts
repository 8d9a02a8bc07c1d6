import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Archive, Asset } from '../asset-set.js';
import { ensureAssets, type NamedAsset } from './ensure-assets.js';
import { npmSettings } from './npm-settings.js';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** A tar archive as npm makes it (ustar: name, mode, size in octal, checksum over the header with blanks for itself). */
function tarball(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512);
    header.write(`package/${name}`, 0);
    header.write('0000644\0', 100);
    header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    body.write(text);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const packageJson = '{"name":"models","version":"1.0.0"}';
const packed = tarball({ 'package.json': packageJson, 'model/a.onnx': 'file a', 'model/b.onnx': 'file b' });
const requests: string[] = [];
/** Answers like an npm registry that has one package, behind a token. */
const registry = createServer((request, response) => {
  const url = request.url ?? '';
  requests.push(url);
  if (request.headers.authorization !== 'Bearer secret') response.writeHead(401).end('{}');
  else if (url === '/files/c.bin') response.end('file c');
  else if (url.endsWith('.tgz')) response.end(packed);
  else if (url === '/models') {
    const dist = {
      tarball: `${address()}models/-/models-1.0.0.tgz`,
      shasum: createHash('sha1').update(packed).digest('hex'),
    };
    const versions = { '1.0.0': { name: 'models', version: '1.0.0', dist } };
    response.end(JSON.stringify({ name: 'models', 'dist-tags': { latest: '1.0.0' }, versions }));
  } else response.writeHead(404).end('{}');
});
const address = () => `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;

const root = mkdtempSync(join(tmpdir(), 'assets-'));
let home: string;
let folder: string;
let count = 0;
beforeAll(() => new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve)));
beforeEach(() => {
  home = join(root, `home-${count++}`);
  folder = join(home, 'cache', 'packs', 'mine-1');
  requests.length = 0;
  mkdirSync(home);
  // As a user has it: registry and token in ~/.npmrc.
  const host = address().replace('http:', '');
  writeFileSync(join(home, '.npmrc'), `registry=${address()}\n${host}:_authToken=secret\nfetch-retries=0\n`);
});
afterAll(async () => {
  await new Promise((resolve) => registry.close(resolve));
  rmSync(root, { recursive: true });
});

const settings = () =>
  npmSettings({ PATH: process.env['PATH'], HOME: home, npm_config_cache: join(home, 'npm') }, home);
const archive: Archive = {
  npm: 'models@1.0.0',
  sha256: sha256(packed),
  bytes: packed.length,
  license: 'MIT',
  label: 'mine.json: sources.models.sha256',
};
const inArchive = (name: string, path: string, text: string, from = archive): NamedAsset => ({
  name,
  asset: {
    origin: { kind: 'archive', archive: from, path },
    sha256: sha256(text),
    license: 'MIT',
    label: `mine.json: ${name}.file`,
  },
});
const both = [inArchive('a.onnx', 'model/a.onnx', 'file a'), inArchive('b.onnx', 'model/b.onnx', 'file b')];
const alone = (origin: Asset['origin'], text: string): NamedAsset => ({
  name: 'c.bin',
  asset: { origin, sha256: sha256(text), license: 'MIT', label: 'mine.json: c.file' },
});
const leftovers = () => readdirSync(join(home, 'cache', 'packs')).filter((name) => name !== 'mine-1');

describe('ensureAssets', () => {
  it('fetches a package with the npm settings of the user, then needs no network', async () => {
    const paths = await ensureAssets(folder, both, { settings });
    expect(paths).toEqual(new Map(both.map(({ name }) => [name, join(folder, name)])));
    expect(readFileSync(join(folder, 'a.onnx'), 'utf8')).toBe('file a');
    expect(readdirSync(folder).sort()).toEqual(['a.onnx', 'b.onnx']);
    expect(leftovers()).toEqual([]);
    expect(requests).toEqual(['/models', '/models/-/models-1.0.0.tgz']);
    await ensureAssets(folder, both, { settings: () => Promise.reject(new Error('not needed')) });
    expect(requests).toHaveLength(2);
  });

  it('fetches once for any number of callers', async () => {
    await Promise.all([1, 2, 3].map(() => ensureAssets(folder, both, { settings })));
    expect(requests.filter((url) => url.endsWith('.tgz'))).toHaveLength(1);
  });

  it('deletes a damaged file, says so, and fetches it again', async () => {
    await ensureAssets(folder, both, { settings });
    writeFileSync(join(folder, 'b.onnx'), 'file B');
    const notes: string[] = [];
    const reporter = {
      note: (line: string) => notes.push(line),
      download: () => ({ advance: () => 0, end: () => 0 }),
    };
    await ensureAssets(folder, both, { settings, reporter });
    expect(readFileSync(join(folder, 'b.onnx'), 'utf8')).toBe('file b');
    expect(notes[0]).toBe(`${join(folder, 'b.onnx')} is damaged: it is deleted and fetched again`);
  });

  it('fetches a file by its address', async () => {
    await ensureAssets(
      folder,
      [alone({ kind: 'url', url: `${address()}files/c.bin`, bytes: undefined }, 'file c')],
      { settings },
    );
    expect(readFileSync(join(folder, 'c.bin'), 'utf8')).toBe('file c');
  });

  it('takes a local file from where it is', async () => {
    const path = join(home, 'local.bin');
    writeFileSync(path, 'file c');
    const local = (text: string) => ensureAssets(folder, [alone({ kind: 'local', path }, text)]);
    expect(await local('file c')).toEqual(new Map([['c.bin', path]]));
    await expect(local('other')).rejects.toThrow(
      `mine.json: c.file.sha256 is ${sha256('other')}, but ${path} has`,
    );
    rmSync(path);
    await expect(local('file c')).rejects.toThrow(`mine.json: c.file: there is no file ${path}`);
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    [
      'a tarball of another hash',
      () => [inArchive('a.onnx', 'model/a.onnx', 'file a', { ...archive, sha256: sha256('other') })],
      'models@1.0.0 arrived with another SHA-256 than mine.json: sources.models.sha256 states, and was deleted',
    ],
    [
      'a file of another hash',
      () => [inArchive('a.onnx', 'model/a.onnx', 'other')],
      'model/a.onnx of models@1.0.0 has',
    ],
    [
      'a file that is not in the package',
      () => [inArchive('a.onnx', 'model/x.onnx', 'file a')],
      'mine.json: a.onnx.file.path: models@1.0.0 has no file model/x.onnx',
    ],
    [
      'a package that the registry does not have',
      () => [inArchive('a.onnx', 'a', 'a', { ...archive, npm: 'nothing@1.0.0' })],
      'nothing@1.0.0 could not be fetched: the server does not have it',
    ],
    [
      'a version that the package does not have',
      () => [inArchive('a.onnx', 'a', 'a', { ...archive, npm: 'models@9.0.0' })],
      'models@9.0.0 could not be fetched: the server does not have it',
    ],
  ])('refuses %s and keeps nothing of it', async (_what, assets, sentence) => {
    await expect(ensureAssets(folder, assets(), { settings })).rejects.toThrow(sentence);
    expect(readdirSync(folder)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it('explains a refusal, a closed port and a folder that cannot be written', async () => {
    writeFileSync(join(home, '.npmrc'), `registry=${address()}\nfetch-retries=0\n`);
    await expect(ensureAssets(folder, both, { settings })).rejects.toThrow('the server refused it');
    writeFileSync(join(home, '.npmrc'), 'registry=http://127.0.0.1:9/\nfetch-retries=0\n');
    await expect(ensureAssets(folder, both, { settings })).rejects.toThrow(
      'check the npm settings registry, proxy',
    );
    writeFileSync(join(home, 'file'), '');
    await expect(ensureAssets(join(home, 'file', 'packs', 'mine-1'), both, { settings })).rejects.toThrow(
      `${join(home, 'file', 'packs')} cannot be written (ENOTDIR); set FACE_V3_CACHE_DIR`,
    );
  });
});
