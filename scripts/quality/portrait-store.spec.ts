import { describe, expect, it } from 'vitest';
import { ApiClient } from '../measure/api-client.ts';
import { PortraitStore } from './portrait-store.ts';

describe('the portraits', () => {
  it('do not take a photo that nobody loaded for one without a face', () => {
    const store = new PortraitStore(new ApiClient('http://127.0.0.1'), '.');
    expect(() => store.get('Ada/1.jpg')).toThrow('Ada/1.jpg was not loaded');
  });
});
