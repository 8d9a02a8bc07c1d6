import { subscribe } from 'node:diagnostics_channel';
import {
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  constants,
} from 'node:http2';

/** What grpc-js says of a method that it has no handler for. */
const unknownMethod = 'The server does not implement the method ';

/** What it says when a deadline has passed, and what clients in C++ say, whichever of the two is first. */
const deadlinePassed = { ours: encodeURI('Deadline exceeded'), theirs: encodeURI('Deadline Exceeded') };

let subscribed = false;

/**
 * Makes the answers of this process' gRPC servers those of gRPC's C++ library where grpc-js has no setting for it: they
 * carry no date, which clients show among the trailers of a refusal, have no words about a method that the server
 * does not know, and those that programs look for about a deadline. Node tells of every new HTTP/2 stream of the
 * process.
 */
export function answerAsCppServers(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe('http2.server.stream.created', (message) => {
    const { stream, headers } = message as StreamCreated;
    if (!String(headers[constants.HTTP2_HEADER_CONTENT_TYPE]).startsWith('application/grpc')) return;
    const respond = stream.respond.bind(stream);
    stream.respond = (answer, options) =>
      respond(inCppWords(answer as OutgoingHttpHeaders), { ...options, sendDate: false } as typeof options);
  });
}

interface StreamCreated {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
}

function inCppWords(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const text = headers['grpc-message'];
  if (typeof text !== 'string') return headers;
  if (text.startsWith(unknownMethod)) return { ...headers, 'grpc-message': '' };
  return text === deadlinePassed.ours ? { ...headers, 'grpc-message': deadlinePassed.theirs } : headers;
}
