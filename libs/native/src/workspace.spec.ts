import { describe, expect, it } from 'vitest';
import { addressOf } from './shared-library.js';
import { Workspace } from './workspace.js';

describe('Workspace', () => {
  it('gives aligned memory, the same again while it is large enough', () => {
    const workspace = new Workspace();
    const first = workspace.take(1000);
    expect(first.length).toBeGreaterThanOrEqual(1000);
    expect(addressOf(first) % 64n).toBe(0n);
    expect(workspace.take(10)).toBe(first);
    const larger = workspace.take(100_000);
    expect(addressOf(larger) % 64n).toBe(0n);
    expect(workspace.take(1000)).toBe(larger);
  });

  it('does not keep what few calls need', () => {
    const workspace = new Workspace();
    const usual = workspace.take(1000);
    expect(workspace.take(2 ** 27).length).toBeGreaterThanOrEqual(2 ** 27);
    expect(workspace.take(1000)).toBe(usual);
  });
});
