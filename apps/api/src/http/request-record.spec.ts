import { FaceError } from '@face/errors';
import { describe, expect, it } from 'vitest';
import { RequestRecord } from './request-record.js';

describe('the record of a request', () => {
  it('knows nothing before anything has happened', () => {
    const record = new RequestRecord();
    const known = Object.entries(record.facts()).filter(([, value]) => value !== undefined);
    expect(known).toEqual([]);
    expect(record.clock).toBeUndefined();
    expect(record.bodyBytes()).toBe(0);
  });

  it('tells what the features noted, faces of all images together', async () => {
    const record = new RequestRecord();
    record.images = 2;
    record.facesByImage = [3, 0];
    record.error = new FaceError('overloaded', 'Too much.');
    expect(record.facts()).toMatchObject({ images: 2, faces: 3, code: 'overloaded' });
    const clock = record.startClock();
    await clock.measure('decode', () => Promise.resolve());
    expect([...(record.clock?.seconds().keys() ?? [])]).toEqual(['decode']);
  });
});
