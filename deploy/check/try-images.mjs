/**
 * Starts both images as their own users, once in containers of buildah and once with a root file system that nobody can
 * write to, and sends a photo through: try-images.mjs FOLDER PHOTO FACES. check-images.sh calls it, as root, in
 * namespaces of its own for network and mounts, so that every port is free and nothing but this machine is reached.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { BuildahContainer } from './buildah-container.mjs';
import { ReadOnlyContainer } from './read-only-container.mjs';
import { assertBare } from './bare-image.mjs';
import { tryPhoto } from './try-photo.mjs';

const [folder, photo, faces] = process.argv.slice(2);
const key = 'a key for the check of the images';
const read = (name) => readFileSync(join(folder, name), 'utf8').trim();
const imageOf = (target) => ({
  target,
  buildah: read('buildah').split('\n'),
  container: read(`${target}.container`),
  mount: read(`${target}.mount`),
  config: JSON.parse(read(`${target}.json`)).Docker.config,
});
const images = { modelServer: imageOf('model-server'), api: imageOf('api') };

try {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const image of Object.values(images)) assertBare(image);
  await tryBoth('containers of buildah', BuildahContainer, {});
  await tryBoth('a read-only root file system', ReadOnlyContainer, { FACE_V3_TRITON_URL: '127.0.0.1:8001' });
} catch (error) {
  process.stderr.write(`check-images.sh: ${error.message}\n`);
  process.exit(1);
}

/**
 * @param {string} where
 * @param {typeof BuildahContainer | typeof ReadOnlyContainer} Container
 * @param {Record<string, string>} names that differ where there is no /etc/hosts
 */
async function tryBoth(where, Container, names) {
  const start = performance.now();
  const modelServer = new Container(images.modelServer, {});
  const programs = [modelServer];
  try {
    await modelServer.healthy();
    // Both have 8000, and here they share one network.
    const api = new Container(images.api, {
      ...names,
      FACE_V3_ENV: 'production',
      FACE_V3_API_KEY: key,
      FACE_V3_PORT: '8080',
      UVICORN_WORKERS: '2',
    });
    programs.push(api);
    await api.healthy();
    await tryPhoto('http://127.0.0.1:8080', key, photo, Number(faces));
    // The one that watches, and two that work.
    api.assertProcesses(3);
    modelServer.assertProcesses(1);
    for (const program of programs.toReversed()) await program.stop();
    for (const program of programs) program.assertNothingWritten();
  } finally {
    for (const program of programs) program.kill();
  }
  process.stdout.write(
    `in ${where}: both start as user 1000, ${faces} faces found, ended by SIGTERM with code 0, nothing written ` +
      `(${((performance.now() - start) / 1000).toFixed(1)} s)\n`,
  );
}
