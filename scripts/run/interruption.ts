/** Tells apart a wish to stop from the wish to stop now. */
export interface Interruption {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP, or when the process that started this one is gone. */
  readonly asked: AbortSignal;
  /** Aborted by the second one. */
  readonly forced: AbortSignal;
}

/**
 * One Ctrl-C arrives several times: from the terminal, which signals the whole foreground group, and again
 * from npm and bootstrap.mjs, which pass on what they get. Milliseconds within which they count as one.
 */
const sameKeystroke = 500;

/** Takes over the signals of this process. To be called once. */
export function listenForInterruption(): Interruption {
  const asked = new AbortController();
  const forced = new AbortController();
  let last = -Infinity;
  const ask = () => {
    const now = performance.now();
    if (asked.signal.aborted && now - last > sameKeystroke) forced.abort();
    last = now;
    asked.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  process.once('disconnect', ask);
  // Listening to 'disconnect' must not keep a finished task alive.
  process.channel?.unref();
  return { asked: asked.signal, forced: forced.signal };
}
