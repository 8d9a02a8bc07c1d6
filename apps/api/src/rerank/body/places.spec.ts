import { describe, expect, it } from 'vitest';
import { Places } from './places.js';

const never = new AbortController().signal;

/** A request that takes a place and leaves it when told to. */
function visitor(places: Places, signal = never) {
  const left = new AbortController();
  const visit = { inside: false, leave: () => left.abort(), entered: places.take(signal, left.signal) };
  visit.entered.then(
    () => (visit.inside = true),
    () => undefined,
  );
  return visit;
}

describe('Places', () => {
  it('lets the next in when one leaves', async () => {
    const places = new Places(2);
    const visitors = Array.from({ length: 4 }, () => visitor(places));
    const inside = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return visitors.map((each) => each.inside);
    };
    expect(await inside()).toEqual([true, true, false, false]);
    visitors[1]?.leave();
    expect(await inside()).toEqual([true, true, true, false]);
    visitors[0]?.leave();
    visitors[2]?.leave();
    expect(await inside()).toEqual([true, true, true, true]);
    visitors[3]?.leave();
    const [first, second] = [visitor(places), visitor(places)];
    await Promise.all([first.entered, second.entered]);
  });

  it('forgets who gives up waiting, and who had left before coming in', async () => {
    const places = new Places(1);
    const first = visitor(places);
    const abort = new AbortController();
    const impatient = visitor(places, abort.signal);
    const gone = visitor(places);
    gone.leave();
    const last = visitor(places);
    abort.abort(new Error('hung up'));
    await expect(impatient.entered).rejects.toThrow('hung up');
    await expect(places.take(abort.signal, never)).rejects.toThrow('hung up');
    first.leave();
    await last.entered;
    expect(last.inside).toBe(true);
  });
});
