import { describe, expect, it } from 'vitest';
import { callHere, callInThread } from './native-call.js';
import { type NativeCall, onNativeCall } from './native-call-timing.js';
import { SharedLibrary } from './shared-library.js';
import { builtLibrary } from './built-library.fixture.js';

describe('the timing of native calls', () => {
  it('tells function, place and seconds of each call', async () => {
    const told: NativeCall[] = [];
    onNativeCall((call) => told.push(call));
    const library = SharedLibrary.open(builtLibrary('rerank_compute'));
    const version = library.get('rerank_abi_version', 'uint32_t', []);
    const status = callHere(version, []);
    expect(await callInThread(version, [])).toBe(status);
    expect(told.map(({ symbol, place }) => [symbol, place])).toEqual([
      ['rerank_abi_version', 'event_loop'],
      ['rerank_abi_version', 'thread'],
    ]);
    for (const { seconds } of told) expect(seconds).toBeGreaterThanOrEqual(0);
  });
});
