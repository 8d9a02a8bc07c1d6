import { describe, expect, it } from 'vitest';
import { isSameHost } from './call-context.js';

describe('isSameHost', () => {
  it.each(['127.0.0.1:5000', '127.1.2.3:1', '::1:5000', '::ffff:127.0.0.1:5000'])(
    'is true for %s',
    (peer) => {
      expect(isSameHost(peer, false)).toBe(true);
    },
  );

  it.each(['10.0.0.1:5000', '::ffff:10.0.0.1:5000', '::1:5000:4000', '127.0.0.1.nip.io:1', 'fe80::1:80'])(
    'is false for %s',
    (peer) => {
      expect(isSameHost(peer, true)).toBe(false);
    },
  );

  it('is true without an address only for a server that listens on a socket', () => {
    expect([isSameHost('unknown', true), isSameHost('unknown', false)]).toEqual([true, false]);
  });
});
