import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assertFree } from './listening-port.ts';

describe('a port', () => {
  it('that is taken is said to be, with the program that has it; a free one is no problem', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(assertFree({ host: '127.0.0.1', port })).rejects.toThrow(
      new RegExp(`^Port ${port} on 127.0.0.1 is in use by .*process ${process.pid}`),
    );
    await new Promise((resolve) => server.close(resolve));
    await assertFree({ host: '127.0.0.1', port });
  });

  it('on an address of another machine is refused with the name of the setting', async () => {
    await expect(assertFree({ host: '192.0.2.1', port: 8000 })).rejects.toThrow('FACE_V3_HOST is 192.0.2.1');
  });
});
