import { KeptMemory } from '../../http/body/kept-memory.js';

/** Keeps what the rows of a few requests with a thousand candidates need. Each thread has its own. */
export const rowMemory = new KeptMemory(33_554_432, (bytes) => Buffer.allocUnsafeSlow(bytes).buffer);
