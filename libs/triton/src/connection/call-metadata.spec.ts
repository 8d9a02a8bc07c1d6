import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CallMetadata } from './call-metadata.js';

describe('CallMetadata', () => {
  it('gives gRPC its entries, keys in lower case, bytes for keys that end with -bin', () => {
    const metadata = new CallMetadata([
      ['Triton-Grpc-Protocol-Key', 'va=lue %'],
      ['trace-bin', 'AAEC/w=='],
    ]).toGrpc();
    expect(metadata.getMap()).toEqual({
      'triton-grpc-protocol-key': 'va=lue %',
      'trace-bin': Buffer.from([0, 1, 2, 255]),
    });
    expect(new CallMetadata().toGrpc().getMap()).toEqual({});
  });

  it('does not show its values', () => {
    const metadata = new CallMetadata([['key', 'very secret']]);
    const shown = [
      JSON.stringify({ metadata }),
      inspect(metadata, { depth: 9, showHidden: true }),
      format('%s %o', metadata, metadata),
    ];
    expect(shown.join()).not.toContain('very secret');
    expect(metadata.size).toBe(1);
  });

  it.each([
    ['', 'v', /letters/],
    ['a b', 'v', /letters/],
    [':path', 'v', /letters/],
    ['schlüssel', 'v', /letters/],
    ['grpc-timeout', 'v', /reserved/],
    ['Grpc-X', 'v', /reserved/],
    ['te', 'v', /reserved/],
    ['user-agent', 'v', /reserved/],
    ['key', 'zeile\n', /printable/],
    ['key', 'ü', /printable/],
    ['key', ' v', /blank/],
    ['key-bin', 'not base64!', /base64/],
    ['key-bin', 'A', /base64/],
    ['key-bin', '', /base64/],
  ])('refuses %j: %j, and says why without either', (key, value, message) => {
    expect(CallMetadata.problemOf(key, value)).toMatch(message);
    expect(() => new CallMetadata([[key, value]])).toThrow(message);
  });
});
