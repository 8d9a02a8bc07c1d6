import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { turnPlaces } from './turn-places.middleware.js';

describe('turnPlaces', () => {
  it('lets few requests begin in a turn, in the order they came', async () => {
    const middleware = turnPlaces();
    const begun: number[] = [];
    const come = (id: number) =>
      middleware({} as IncomingMessage, {} as ServerResponse, () => begun.push(id));
    for (let id = 0; id < 20; id++) come(id);
    expect(begun).toHaveLength(8);
    await nextTurn();
    expect(begun).toHaveLength(16);
    come(20);
    await nextTurn();
    expect(begun).toEqual(Array.from({ length: 21 }, (_, id) => id));
    come(21);
    expect(begun.at(-1)).toBe(21);
  });
});
