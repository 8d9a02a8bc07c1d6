import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, postJson } from './support/client.js';
import { Authority, type Certificate, hasOpenSsl } from './support/certificates.js';
import { samplePhoto } from './support/photos.js';
import { runToEnd } from './support/process.js';
import {
  type Api,
  type ModelServer,
  cleanEnvironment,
  entries,
  startApi,
  startModelServer,
} from './support/product.js';
import { TlsRelay } from './support/tls-relay.js';

describe.skipIf(!hasOpenSsl())('TLS to Triton', () => {
  let folder: string;
  let socket: string;
  let modelServer: ModelServer;
  let authority: Authority;
  let stranger: Authority;
  let server: Certificate;
  let relay: TlsRelay | undefined;
  let api: Api | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'face-tls-'));
    socket = join(folder, 's.sock');
    authority = new Authority(folder, 'authority');
    stranger = new Authority(folder, 'stranger');
    server = authority.issue('triton', 'DNS:triton.test,DNS:localhost');
    modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
  });

  afterEach(async () => {
    await api?.stop();
    await relay?.stop();
    api = undefined;
    relay = undefined;
  });

  afterAll(async () => {
    await modelServer.stop();
    rmSync(folder, { recursive: true });
  });

  const settingsFor = ({ port }: TlsRelay, settings: NodeJS.ProcessEnv) => ({
    FACE_V3_TRITON_URL: `127.0.0.1:${port}`,
    FACE_V3_TRITON_TLS: 'true',
    FACE_V3_TRITON_TLS_CA_FILE: authority.certificate,
    FACE_V3_TRITON_TLS_SERVER_NAME: 'triton.test',
    FACE_V3_TRITON_START_TIMEOUT_SECONDS: '3',
    ...settings,
  });

  async function facesFound({ ready }: Api): Promise<number | undefined> {
    const images = [{ data: samplePhoto('sample1.jpg').toString('base64') }];
    const { body } = await postJson<EmbeddingsAnswer>(`${ready.url}/api/v1/embeddings`, { images });
    return body.results[0]?.num_faces;
  }

  it('carries requests to a server whose certificate an authority of ours has signed', async () => {
    relay = await TlsRelay.start(socket, server);
    api = await startApi(settingsFor(relay, {}));
    expect(await facesFound(api)).toBe(3);
    expect(new Set(relay.clients)).toEqual(new Set(['']));
  });

  it('takes the name of the address where no other is set', async () => {
    relay = await TlsRelay.start(socket, server);
    const settings = { FACE_V3_TRITON_URL: `localhost:${relay.port}`, FACE_V3_TRITON_TLS_SERVER_NAME: '' };
    api = await startApi(settingsFor(relay, settings));
    expect(await facesFound(api)).toBe(3);
  });

  it('shows a certificate where the server asks for one', async () => {
    const client = authority.issue('api', 'DNS:api.test');
    relay = await TlsRelay.start(socket, server, authority.certificate);
    api = await startApi(
      settingsFor(relay, {
        FACE_V3_TRITON_TLS_CERT_FILE: client.certificate,
        FACE_V3_TRITON_TLS_KEY_FILE: client.key,
      }),
    );
    expect(await facesFound(api)).toBe(3);
    expect(new Set(relay.clients)).toEqual(new Set(['api']));
  });

  it.each([
    [
      'the server is vouched for by a stranger',
      () => ({ FACE_V3_TRITON_TLS_CA_FILE: stranger.certificate }),
      /certificate/,
    ],
    ['the server is vouched for by nobody public', () => ({ FACE_V3_TRITON_TLS_CA_FILE: '' }), /certificate/],
    [
      'the certificate has another name',
      () => ({ FACE_V3_TRITON_TLS_SERVER_NAME: 'other.test' }),
      /altnames/,
    ],
    [
      'the client speaks plain text',
      () => ({
        FACE_V3_TRITON_TLS: 'false',
        FACE_V3_TRITON_TLS_CA_FILE: '',
        FACE_V3_TRITON_TLS_SERVER_NAME: '',
      }),
      /reached/,
    ],
  ])('does not come about when %s', async (_name, settings, reason) => {
    relay = await TlsRelay.start(socket, server);
    const { code, printed } = await runToEnd(entries.api, cleanEnvironment(settingsFor(relay, settings())));
    expect(code).toBe(1);
    expect(printed).toContain('FACE_V3_TRITON_URL');
    expect(printed).toMatch(reason);
    expect(printed).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['has no certificate', () => ({})],
    [
      'has one of a stranger',
      () => {
        const { certificate, key } = stranger.issue('api', 'DNS:api.test');
        return { FACE_V3_TRITON_TLS_CERT_FILE: certificate, FACE_V3_TRITON_TLS_KEY_FILE: key };
      },
    ],
  ])('does not come about when the server asks and the client %s', async (_name, settings) => {
    relay = await TlsRelay.start(socket, server, authority.certificate);
    const { code } = await runToEnd(entries.api, cleanEnvironment(settingsFor(relay, settings())));
    expect(code).toBe(1);
    expect(relay.clients).toEqual([]);
  });

  it.each([
    [
      'a file that is not there',
      () => ({ FACE_V3_TRITON_TLS_CA_FILE: '/nowhere/ca.crt' }),
      /FACE_V3_TRITON_TLS_CA_FILE is '\/nowhere\/ca.crt', expected a readable file/,
    ],
    [
      'a key for a certificate',
      () => ({ FACE_V3_TRITON_TLS_CA_FILE: authority.key }),
      /TLS_CA_FILE is .* expected certificates in PEM form/,
    ],
    [
      'a certificate without its key',
      () => ({ FACE_V3_TRITON_TLS_CERT_FILE: server.certificate }),
      /TLS_CERT_FILE is set alone/,
    ],
    [
      'a key of another certificate',
      () => ({ FACE_V3_TRITON_TLS_CERT_FILE: server.certificate, FACE_V3_TRITON_TLS_KEY_FILE: stranger.key }),
      /The key of FACE_V3_TRITON_TLS_KEY_FILE is not that of/,
    ],
    [
      'a certificate for a key',
      () => ({
        FACE_V3_TRITON_TLS_CERT_FILE: server.certificate,
        FACE_V3_TRITON_TLS_KEY_FILE: server.certificate,
      }),
      /TLS_KEY_FILE is .* expected a private key in PEM form/,
    ],
    [
      'half a certificate',
      () => {
        const half = join(folder, 'half.crt');
        writeFileSync(
          half,
          readFileSync(server.certificate, 'utf8').replace(/\n[A-Za-z0-9+/=]+\n-----END/, '\n-----END'),
        );
        return { FACE_V3_TRITON_TLS_CA_FILE: half };
      },
      /TLS_CA_FILE is .* expected certificates in PEM form/,
    ],
    [
      'files without TLS',
      () => ({ FACE_V3_TRITON_TLS: 'false' }),
      /means nothing without TLS: set FACE_V3_TRITON_TLS=true/,
    ],
  ])('stops the start with a sentence for %s', async (_name, settings, sentence) => {
    relay = await TlsRelay.start(socket, server);
    const { code, printed } = await runToEnd(entries.api, cleanEnvironment(settingsFor(relay, settings())));
    expect(code).toBe(1);
    expect(printed).toMatch(sentence);
    expect(printed).not.toMatch(/PRIVATE KEY|\n\s+at /);
  });
});
