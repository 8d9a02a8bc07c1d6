import { subscribe } from 'node:diagnostics_channel';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** Of one request: several pictures. */
const streamWindowBytes = 8 * 2 ** 20;

/** Of all requests of a connection. */
const connectionWindowBytes = 32 * 2 ** 20;

/**
 * Lets clients send a picture without waiting. By default both windows are 64 KB, and a picture of 1.2 MB takes
 * twenty round trips, which is a third of the CPU time that sending and receiving it takes. grpc-js has a setting for
 * this on the client's side only; Node tells of every new stream of the process, and with it of its connection.
 */
export function widenFlowControl(): void {
  const widened = new WeakSet<ServerHttp2Session>();
  subscribe('http2.server.stream.created', (message) => {
    const { session } = (message as { readonly stream: ServerHttp2Stream }).stream;
    const connection = session as ServerHttp2Session | undefined;
    if (connection === undefined || widened.has(connection)) return;
    widened.add(connection);
    connection.settings({ initialWindowSize: streamWindowBytes });
    connection.setLocalWindowSize(connectionWindowBytes);
  });
}
