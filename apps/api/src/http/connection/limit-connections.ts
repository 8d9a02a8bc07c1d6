import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Settings } from '../../config/settings.js';
import { answerBrokenRequest } from './broken-request.js';
import { OpenExchanges } from './open-exchanges.js';

/** Longer than the idle time-out of usual load balancers, which must be the ones that close first. */
const keepAliveMilliseconds = 65_000;

/** For all headers of a request to arrive, from its first byte or from the beginning of the connection. */
const headersMilliseconds = 15_000;

/** How often Node looks for connections that took longer; every half minute unless set. */
const checkMilliseconds = 2_000;

/** After the deadline of a request its answer is out, and what comes of its body is dropped for a while. */
const afterDeadlineMilliseconds = 10_000;

/** Set from outside, as by the start options of a server that is made elsewhere. */
interface CheckedServer extends Server {
  connectionsCheckingInterval: number;
}

/** Bounds what a connection may take of time and place before a request is one, and answers what never becomes one. */
export function limitConnections(
  server: Server,
  { maxConnections, requestTimeoutSeconds }: Pick<Settings, 'maxConnections' | 'requestTimeoutSeconds'>,
): void {
  server.maxConnections = maxConnections;
  server.keepAliveTimeout = keepAliveMilliseconds;
  server.headersTimeout = headersMilliseconds;
  server.requestTimeout =
    Math.max(headersMilliseconds, requestTimeoutSeconds * 1000) + afterDeadlineMilliseconds;
  (server as CheckedServer).connectionsCheckingInterval = checkMilliseconds;

  const exchanges = new OpenExchanges();
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  };
  server.prependListener('request', exchanges.track);
  // "Go on" is said where the body is read, so that a caller without a key never sends it. Other expectations are
  // nothing that we know; who has them reads the answer.
  server.on('checkContinue', begin);
  server.on('checkExpectation', begin);
  server.on('clientError', (error: Error, socket: Socket) => {
    answerBrokenRequest(error, socket, exchanges.of(socket));
  });
}
