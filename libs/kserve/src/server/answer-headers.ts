import { subscribe } from 'node:diagnostics_channel';
import {
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  constants,
} from 'node:http2';

/** What grpc-js says of a method that it has no handler for. */
const unknownMethod = 'The server does not implement the method ';

let subscribed = false;

/**
 * Makes the answers of this process' gRPC servers those of gRPC's C++ library in two points for which grpc-js has no
 * setting: they carry no date, which clients show among the trailers of a refusal, and have no words about a method
 * that the server does not know. Node tells of every new HTTP/2 stream of the process.
 */
export function answerAsCppServers(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe('http2.server.stream.created', (message) => {
    const { stream, headers } = message as StreamCreated;
    if (!String(headers[constants.HTTP2_HEADER_CONTENT_TYPE]).startsWith('application/grpc')) return;
    const respond = stream.respond.bind(stream);
    stream.respond = (answer, options) =>
      respond(withoutWords(answer as OutgoingHttpHeaders), { ...options, sendDate: false } as typeof options);
  });
}

interface StreamCreated {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
}

function withoutWords(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const text = headers['grpc-message'];
  const known = typeof text !== 'string' || !text.startsWith(unknownMethod);
  return known ? headers : { ...headers, 'grpc-message': '' };
}
