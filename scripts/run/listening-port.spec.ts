import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assertFree, listeningInodes, readLsof } from './listening-port.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 9164 1 0 100 0 0 10 0
   1: 0100007F:1F40 0100007F:A001 01 00000000:00000000 00:00000000 00000000  1000        0 9165 1 0 20 4 30 10 -1
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0 100 0 0 10 0
`;

describe('who listens on a port', () => {
  it('is the socket in the listening state, not a connection', () => {
    expect(listeningInodes(table, 8000)).toEqual(['9164']);
    expect(listeningInodes(table, 80)).toEqual(['77']);
    expect(listeningInodes(table, 8001)).toEqual([]);
  });

  it('is read from what lsof prints', () => {
    expect(readLsof('p4711\ncnode\nf21\n')).toBe('process 4711 (node)');
    expect(readLsof('')).toBeUndefined();
  });

  it('is named when a port is taken, and a free port is no problem', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const taken = expect(assertFree({ host: '127.0.0.1', port })).rejects;
    await taken.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    if (process.platform === 'linux') {
      await expect(assertFree({ host: '127.0.0.1', port })).rejects.toThrow(`by process ${process.pid}`);
    }
    await new Promise((resolve) => server.close(resolve));
    await assertFree({ host: '127.0.0.1', port });
  });

  it('says when the address is not one of this machine', async () => {
    await expect(assertFree({ host: '192.0.2.1', port: 8000 })).rejects.toThrow('FACE_V3_HOST is 192.0.2.1');
  });
});
