import type { InferenceContext } from './model.js';

/** The call behind a request, whatever the method. */
export interface CallContext extends InferenceContext {
  /** Whether the client runs where this server runs, as far as its address tells. */
  readonly sameHost: boolean;
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)(:\d+)?$/;

/**
 * @param peer as `getPeer` of grpc-js gives it: address and port, or 'unknown' for a Unix socket (and for a connection
 *   that is closed already)
 * @param listensOnSocket whether the server has a Unix socket at all
 */
export function isSameHost(peer: string, listensOnSocket: boolean): boolean {
  return loopback.test(peer) || (peer === 'unknown' && listensOnSocket);
}
