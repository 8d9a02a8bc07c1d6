import { describe, expect, it } from 'vitest';
import { cacheError, fetchError } from './fetch-error.js';

const fault = (code: string, extra: object = {}) =>
  Object.assign(new Error('what happened'), { code, ...extra });

describe('fetchError', () => {
  it.each([
    [fault('E403'), 'the server refused it (what happened)'],
    [fault('E404'), 'the server does not have it (what happened)'],
    [fault('ENOTFOUND'), 'no network or no such host (what happened)'],
    [fault('EAI_AGAIN'), "connect, or set npm's proxy, and run it again"],
    [fault('ENOTCACHED'), 'npm is set to offline'],
    [fault('SELF_SIGNED_CERT_IN_CHAIN'), "set npm's cafile"],
    [fault('ENOSPC'), 'the disk is full (/cache); free some space'],
    [fault('EACCES', { path: '/root/.npm' }), '/root/.npm cannot be written (EACCES)'],
    [new Error('anything else'), 'anything else; run it again'],
  ])('says what to do about %s', (cause, sentence) => {
    const error = fetchError('models@1.0.0', cause, '/cache');
    expect(error.message).toContain('models@1.0.0 could not be fetched: ');
    expect(error.message).toContain(sentence);
    expect(error.cause).toBe(cause);
  });

  it('leaves a sentence of ours as it is', () => {
    const ours = fetchError('models@1.0.0', fault('E404'), '/cache');
    expect(fetchError('again', ours, '/cache')).toBe(ours);
    expect(cacheError('/cache', ours)).toBe(ours);
  });
});
