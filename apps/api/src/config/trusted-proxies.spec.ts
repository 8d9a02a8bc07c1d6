import { EnvironmentReader } from '@face/environment';
import { describe, expect, it } from 'vitest';
import { readTrustedProxies } from './trusted-proxies.js';

describe('trusted proxies', () => {
  const proxies = readTrustedProxies(
    new EnvironmentReader({ FACE_V3_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,2001:db8::/32,::1' }),
  );

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::5', '::1'])('are %s', (address) => {
    expect(proxies.trusts(address)).toBe(true);
  });

  it.each(['11.0.0.1', '192.0.2.8', '2001:db9::1', '127.0.0.1', '', 'unknown'])('are not %s', (address) => {
    expect(proxies.trusts(address)).toBe(false);
  });

  it('are nobody unless named', () => {
    const nobody = readTrustedProxies(new EnvironmentReader({}));
    expect([nobody.size, nobody.trusts('127.0.0.1')]).toEqual([0, false]);
  });

  it.each(['10.0.0.0/33', '10.0.0', 'proxy.example.com', '10.0.0.0/8/8', '::/129', '10.0.0.1,'])(
    'cannot be %s',
    (text) => {
      const reader = new EnvironmentReader({ FACE_V3_TRUSTED_PROXIES: text });
      readTrustedProxies(reader);
      expect(() => reader.finish()).toThrow(`FACE_V3_TRUSTED_PROXIES is '${text}', expected addresses`);
    },
  );
});
