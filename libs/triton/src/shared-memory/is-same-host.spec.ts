import { describe, expect, it } from 'vitest';
import { grpcTarget } from '../connection/grpc-target.js';
import { isSameHost } from './is-same-host.js';

describe('isSameHost', () => {
  it.each([
    'localhost:8001',
    '127.0.0.1:8001',
    '[::1]:8001',
    'grpc://127.0.1.1:8001',
    'unix:/run/s.sock',
    'dns:///localhost:8001',
    'ipv4:127.0.0.1:8001',
  ])('is true for %s', (url) => {
    expect(isSameHost(grpcTarget(url))).toBe(true);
  });

  it.each([
    'triton:8001',
    '10.0.0.1:8001',
    'localhost.example.com:8001',
    'dns:///127.0.0.1.nip.io:8001',
    'ipv4:127.0.0.1:8001,10.0.0.1:8001',
    '[fe80::1]:8001',
  ])('is false for %s', (url) => {
    expect(isSameHost(grpcTarget(url))).toBe(false);
  });
});
