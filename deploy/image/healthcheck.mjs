/* global AbortSignal, fetch */
/**
 * Ends with 0 when the program of this container works: `node healthcheck.mjs api|model-server`. There is no curl in the
 * image, and no shell for it.
 */
import process from 'node:process';

const { env, argv } = process;
const urls = {
  api: `http://${loopback(env['FACE_V3_HOST'])}:${env['FACE_V3_PORT'] || env['PORT'] || 8000}/healthz/live`,
  'model-server': `http://${loopback(env['FACE_V3_MODEL_SERVER_HOST'])}:${env['FACE_V3_MODEL_SERVER_HTTP_PORT'] || 8000}/v2/health/ready`,
};

try {
  const { status } = await fetch(urls[argv[2]], { signal: AbortSignal.timeout(4000) });
  if (status !== 200) fail(`${urls[argv[2]]} answers ${status}`);
} catch (error) {
  fail(`${urls[argv[2]]}: ${error.cause?.message ?? error.message}`);
}

/** @param {string | undefined} host that the program listens on */
function loopback(host = '') {
  if (host === '::' || host === '::0') return '[::1]';
  if (host === '' || host === '0.0.0.0') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** @param {string} sentence that `docker inspect` shows */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
