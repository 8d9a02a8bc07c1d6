import { StartError } from '@face/environment';
import { afterEach, describe, expect, it } from 'vitest';
import { HealthServer } from './health.server.js';

describe('health over HTTP', () => {
  const started: HealthServer[] = [];
  const start = (httpPort: number | undefined, isReady = () => true) => {
    const server = new HealthServer({ host: '127.0.0.1', httpPort }, isReady);
    started.push(server);
    return server.listen();
  };
  afterEach(() => {
    for (const server of started.splice(0)) server.onApplicationShutdown();
  });

  it('is only there when it is asked for', async () => {
    expect(await start(undefined)).toBeUndefined();
  });

  it('answers as Triton does, at every moment anew', async () => {
    let ready = false;
    const url = await start(0, () => ready);
    const status = async (path: string, method = 'GET') => (await fetch(`${url}${path}`, { method })).status;
    expect(await status('/v2/health/live')).toBe(200);
    expect(await status('/v2/health/ready')).toBe(400);
    ready = true;
    expect(await status('/v2/health/ready')).toBe(200);
    expect(await status('/v2/health/ready', 'HEAD')).toBe(200);
    expect(await status('/v2/health/ready', 'POST')).toBe(405);
    expect(await status('/v2')).toBe(404);
    expect(await status('/constructor')).toBe(404);
  });

  it('says in a sentence that a port is taken', async () => {
    const url = await start(0);
    const second = start(Number(new URL(url ?? '').port));
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(
      /cannot listen on 127\.0\.0\.1:\d+: .*FACE_V3_MODEL_SERVER_HTTP_PORT/,
    );
  });
});
