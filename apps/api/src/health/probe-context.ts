/** Probes give up after a few seconds themselves; an answer with a reason should come before. */
const probeMilliseconds = 2000;

/** Context of the remote calls of one health check. */
export function probeContext(): { readonly signal: AbortSignal; readonly deadline: number } {
  return { signal: new AbortController().signal, deadline: Date.now() + probeMilliseconds };
}
