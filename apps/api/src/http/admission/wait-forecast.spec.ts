import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaitForecast } from './wait-forecast.js';

/** A server that ends a request every `interval`, with always `inFlight` of them. */
function steady(forecast: WaitForecast, inFlight: number, interval: number, ends = 100): number {
  let now = 1000;
  for (let count = 0; count < inFlight; count++) forecast.begin(now);
  for (let count = 0; count < ends; count++) {
    now += interval;
    forecast.end(now);
    forecast.begin(now);
  }
  return now;
}

describe('WaitForecast', () => {
  it('foretells nothing before the first request has ended', () => {
    const forecast = new WaitForecast(2);
    for (let count = 0; count < 50; count++) forecast.begin(0);
    expect([forecast.wait, forecast.inFlight]).toEqual([0, 50]);
  });

  it('is the number of those who are ahead, times the time each of them adds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 500 }),
        (atOnce, inFlight, interval) => {
          const forecast = new WaitForecast(atOnce);
          steady(forecast, inFlight, interval);
          expect(forecast.wait).toBeCloseTo(Math.max(0, inFlight + 1 - atOnce) * interval, 6);
        },
      ),
    );
  });

  it('counts no time in which there was nothing to do', () => {
    const forecast = new WaitForecast(1);
    let now = steady(forecast, 1, 10);
    forecast.end((now += 10));
    forecast.begin((now += 1e6));
    forecast.end((now += 10));
    forecast.begin(now);
    expect(forecast.wait).toBeCloseTo(10, 6);
  });

  it('follows a server that becomes slower', () => {
    const forecast = new WaitForecast(1);
    steady(forecast, 4, 10);
    const before = forecast.wait;
    let now = 1e6;
    forecast.end(now);
    forecast.begin(now);
    for (let count = 0; count < 200; count++) {
      forecast.end((now += 40));
      forecast.begin(now);
    }
    expect(before).toBeCloseTo(40, 6);
    expect(forecast.wait).toBeCloseTo(160, 2);
  });
});
