import { StartError } from '@face/environment';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listen } from './listen.js';
import { portHolder } from './port-holder.js';

describe('opening the door', () => {
  it('tells the address', async () => {
    const server = createServer();
    const url = await listen(server, { host: '127.0.0.1', port: 0 });
    expect(url).toBe(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
  });

  it('tells an address that can be opened when it listens everywhere', async () => {
    const server = createServer();
    expect(await listen(server, { host: '::', port: 0 })).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    server.close();
  });

  it('says who holds a port that is in use', async () => {
    const holder = createServer();
    await once(holder.listen(0, '127.0.0.1'), 'listening');
    const { port } = holder.address() as AddressInfo;
    const attempt = listen(createServer(), { host: '127.0.0.1', port });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use`);
    if (process.platform === 'linux') await expect(attempt).rejects.toThrow(`(process ${process.pid})`);
    holder.close();
  });

  it('names the setting of an address that is not of this machine', async () => {
    // 192.0.2.0/24 is kept for documentation (RFC 5737): nobody has it.
    await expect(listen(createServer(), { host: '192.0.2.1', port: 0 })).rejects.toThrow(
      "FACE_V3_HOST is '192.0.2.1'",
    );
  });
});

describe('the holder of a port', () => {
  it('is unknown when there is none', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await portHolder(port)).toBeUndefined();
  });
});
