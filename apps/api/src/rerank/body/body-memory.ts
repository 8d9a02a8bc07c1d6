import { KeptMemory } from '../../http/body/kept-memory.js';

const megabyte = 1_048_576;

/**
 * Memory for the bytes of large bodies. What a burst of them needs beyond the usual goes back to the system piece by
 * piece: V8 maps memory that may grow by itself, and leaves all other to malloc, which would keep it and give hundreds
 * of megabytes back at once. That holds the event loop for tens of milliseconds.
 */
export function bodyMemory(): KeptMemory {
  return new KeptMemory(64 * megabyte, (bytes) => {
    const rounded = Math.ceil(bytes / megabyte) * megabyte;
    return new ArrayBuffer(rounded, { maxByteLength: rounded });
  });
}
