import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 weigh image buffers together with its heap. By default it starts a full garbage collection after every 64 MB
 * of buffers, which a dozen photos fill: with the flag a request for a photo of 675x675 pixels costs 10.8 instead of
 * 12.8 ms of CPU time, one of 12 megapixels 42 instead of 54.
 */
export function weighBuffersWithHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
