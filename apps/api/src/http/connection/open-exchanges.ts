import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request and the answer that it will have. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Which requests of a connection are not answered yet: several when its caller does not wait for answers (pipelining). */
export class OpenExchanges {
  readonly #open = new WeakMap<Duplex, Set<Exchange>>();

  track = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const exchange = { request, response };
    const open = this.#open.get(socket);
    if (open === undefined) this.#open.set(socket, new Set([exchange]));
    else open.add(exchange);
    response.once('close', () => this.#open.get(socket)?.delete(exchange));
  };

  /** In the order of their arrival. */
  of(socket: Duplex): readonly Exchange[] {
    return [...(this.#open.get(socket) ?? [])];
  }
}
