import type { CallContext } from './call-context.js';

/** Gives parallel work a context of its own, so that when one part fails the calls of all the others are cancelled. */
export async function cancelTogether<T>(
  context: CallContext,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const forward = () => controller.abort(context.signal.reason);
  context.signal.addEventListener('abort', forward);
  if (context.signal.aborted) forward();
  try {
    return await work({ ...context, signal: controller.signal });
  } catch (error) {
    controller.abort(error);
    throw error;
  } finally {
    context.signal.removeEventListener('abort', forward);
  }
}
