import { channel } from 'node:diagnostics_channel';
import type { CFunction } from './shared-library.js';

/** A call of C code that has ended, whatever it returned. */
export interface NativeCall {
  /** Name of the C function. */
  readonly symbol: string;
  /** Where it ran: on the event loop, which stood still meanwhile, or in a thread, its wait for one included. */
  readonly place: 'event_loop' | 'thread';
  readonly seconds: number;
}

const calls = channel('face.native.call');

/** Tells of every native call of this thread from now on. Nothing is measured while nobody listens. */
export function onNativeCall(listener: (call: NativeCall) => void): void {
  calls.subscribe((message) => listener(message as NativeCall));
}

/** @returns to be called when the call has ended; undefined when nobody wants to know. */
export function nativeCallBegins(native: CFunction, place: NativeCall['place']): (() => void) | undefined {
  if (!calls.hasSubscribers) return undefined;
  const start = performance.now();
  return () => {
    const seconds = (performance.now() - start) / 1000;
    calls.publish({ symbol: native.name, place, seconds } satisfies NativeCall);
  };
}
