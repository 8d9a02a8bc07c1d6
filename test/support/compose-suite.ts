import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Settings as ApiSettings } from '../../apps/api/src/config/settings.js';
import { Settings as ModelServerSettings } from '../../apps/model-server/src/config/settings.js';
import { ComposePlace, type ComposeService } from './compose.js';

const gpu = ['docker-compose.yml'];
const cpu = [...gpu, 'deploy/compose.cpu.yml'];
const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

/** What a process in the container has in its environment. */
function environmentOf({ environment }: ComposeService): NodeJS.ProcessEnv {
  // The client doubles each $, for whoever reads its words as a compose file.
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === null ? [] : [[name, value.replaceAll('$$', '$')]],
    ),
  );
}

/** @param client its command */
export function describeComposeFiles(client: () => readonly string[]): void {
  describe('the compose files', () => {
    let place: ComposePlace;
    beforeAll(() => {
      place = new ComposePlace(client());
    });
    afterAll(() => place.remove());

    it('build what is there, by names that stay', () => {
      const { api, triton } = place.resolve(gpu).services;
      expect([api.image, triton.image]).toEqual([
        'face-search-backend:latest',
        'tritonserver-plan-vnd:24.11-py3',
      ]);
      const modelServer = place.resolve(cpu).services.triton;
      expect(modelServer.image).toBe('face-search-backend-model-server:latest');
      for (const { build } of [api, triton, modelServer]) {
        const dockerfile = readFileSync(join(place.inProject(build.context), build.dockerfile), 'utf8');
        if (build.target !== undefined) expect(dockerfile).toMatch(new RegExp(` AS ${build.target}$`, 'm'));
        for (const name of Object.keys(build.args ?? {})) {
          expect(dockerfile).toMatch(new RegExp(`^ARG ${name}\\b`, 'm'));
        }
        for (const [name, path] of Object.entries(build.additional_contexts ?? {})) {
          expect(dockerfile).toContain(`--from=${name} `);
          expect(existsSync(place.inProject(path))).toBe(true);
        }
      }
    });

    it('start the API when the server behind triton:8001 is ready, with a GPU or without', () => {
      for (const files of [gpu, cpu]) {
        const { api, triton } = place.resolve(files).services;
        expect(api.depends_on).toEqual({ triton: { condition: 'service_healthy', required: true } });
        expect(environmentOf(api)['FACE_V3_TRITON_URL']).toBe('triton:8001');
        expect(triton.ports).toContainEqual(
          expect.objectContaining({ host_ip: '127.0.0.1', published: '8001', target: 8001 }),
        );
      }
      expect(place.resolve(gpu).services.triton.healthcheck?.test.at(-1)).toBe(
        'http://127.0.0.1:8000/v2/health/ready',
      );
      const modelServer = environmentOf(place.resolve(cpu).services.triton);
      // What the image's health check asks.
      expect(modelServer).toMatchObject({
        FACE_V3_MODEL_SERVER_HTTP_PORT: '8000',
        FACE_V3_MODEL_SERVER_PORT: '8001',
      });
    });

    it('give Triton GPUs, shared memory and a place for what it compiles, and the model server none of it', () => {
      const { triton } = place.resolve(gpu).services;
      expect(triton.deploy).toMatchObject({
        resources: {
          reservations: { devices: [{ capabilities: ['gpu'], driver: 'nvidia', count: -1 }] },
        },
      });
      expect(triton.shm_size).toBe(String(2 ** 30));
      expect(triton.volumes).toEqual([
        expect.objectContaining({ source: 'rpe-ops', target: '/var/cache/face_backend/rpe_ops' }),
      ]);
      const modelServer = place.resolve(cpu).services.triton;
      expect([modelServer.deploy, modelServer.shm_size, modelServer.volumes]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    });

    it.each([
      ['no .env', undefined, {}, '127.0.0.1'],
      ['an empty key', 'FACE_V3_API_KEY=\nFACE_V3_API_KEY_FILE=\n', {}, '127.0.0.1'],
      ['.env.example', example, {}, '127.0.0.1'],
      ['a key', 'FACE_V3_API_KEY=secret\n', {}, undefined],
      ['a key of the shell', undefined, { FACE_V3_API_KEY: 'secret' }, undefined],
      ['a key that the shell takes back', 'FACE_V3_API_KEY=secret\n', { FACE_V3_API_KEY: '' }, '127.0.0.1'],
      ['a file of keys', 'FACE_V3_API_KEY_FILE=./keys\n', {}, undefined],
      ['both', 'FACE_V3_API_KEY=secret\nFACE_V3_API_KEY_FILE=./keys\n', {}, undefined],
    ])('with %s publish the API at the right addresses', (_what, dotEnv, environment, address) => {
      for (const files of [gpu, cpu]) {
        const { ports } = place.resolve(files, { ...(dotEnv === undefined ? {} : { dotEnv }), environment })
          .services.api;
        expect(ports.map(({ host_ip, published, target }) => [host_ip, published, target])).toEqual([
          [address, '8000', 8000],
        ]);
      }
    });

    it('hand the API its keys as they are, and the server in front of it none', () => {
      const dotEnv = `FACE_V3_API_KEY='a$b"c'\nFACE_V3_API_KEY_FILE=./keys\n`;
      const { services, secrets } = place.resolve(cpu, { dotEnv });
      expect(environmentOf(services.api)).toMatchObject({
        FACE_V3_API_KEY: 'a$b"c',
        FACE_V3_API_KEY_FILE: '/run/secrets/api-keys',
      });
      expect(services.api.secrets).toEqual([{ source: 'api-keys', target: '/run/secrets/api-keys' }]);
      expect(secrets?.['api-keys']?.file).toBe(join(place.folder, 'keys'));
      expect(JSON.stringify(services.triton)).not.toContain('KEY');
    });

    it('run with a copy of .env.example, and with what `npm start` has in it', () => {
      const wishes = 'FACE_V3_HOST=127.0.0.1\nFACE_V3_TRITON_URL=127.0.0.1:9001\nFACE_V3_PORT=8055\n';
      const paths =
        'FACE_V3_RERANK_LIBRARY_PATH=/home/me/librerank_compute.so\nFACE_V3_CACHE_DIR=/home/me/cache\n';
      const { api, triton } = place.resolve(cpu, { dotEnv: `${example}\n${wishes}${paths}` }).services;
      expect(api.ports[0]?.published).toBe('8055');
      expect(new ApiSettings(environmentOf(api))).toMatchObject({
        host: '0.0.0.0',
        port: 8000,
        tritonUrl: 'triton:8001',
        rerankLibraryPath: '/opt/face_backend/libs/librerank_compute.so',
        mergeLibraryPath: '/opt/face_backend/libs/libmerge_embeddings.so',
      });
      expect(new ModelServerSettings(environmentOf(triton))).toMatchObject({
        host: '0.0.0.0',
        port: 8001,
        cacheDir: '/var/cache/face_backend',
      });
    });

    it('hand on the settings of the model server', () => {
      const dotEnv = 'FACE_V3_FLIP_MERGE=concat\nFACE_V3_MODEL_SERVER_THREADS=3\nFACE_V3_MODEL_PACK=sface\n';
      const { triton } = place.resolve(cpu, { dotEnv }).services;
      expect(new ModelServerSettings(environmentOf(triton))).toMatchObject({
        flipMerge: 'concat',
        threads: 3,
      });
      expect(triton.build.args).toEqual({ MODEL_PACK: 'sface' });
    });

    it('leave no rights beyond those that are needed', () => {
      const { api, triton } = place.resolve(gpu).services;
      const modelServer = place.resolve(cpu).services.triton;
      for (const service of [api, triton, modelServer]) {
        expect([service.cap_drop, service.security_opt]).toEqual([['ALL'], ['no-new-privileges:true']]);
      }
      expect([api.read_only, modelServer.read_only]).toEqual([true, true]);
    });
  });
}
