import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** Lines of a request as they go over the wire, the blank one at the end included. */
export function head(...lines: readonly string[]): string {
  return [...lines, '', ''].join('\r\n');
}

/** A connection that sends whatever it is told, and keeps all that comes. */
export class RawConnection {
  readonly #chunks: Buffer[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    // A server that cuts the connection is what some tests are about.
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  get received(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  get closed(): boolean {
    return this.socket.closed;
  }

  send(...parts: readonly (string | Buffer)[]): this {
    for (const part of parts) this.socket.write(part);
    return this;
  }

  /** Resolves with all that came when the text holds this, or the server has closed the connection. */
  async until(wanted: RegExp): Promise<string> {
    while (!wanted.test(this.received) && !this.socket.closed) {
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
    return this.received;
  }

  /** Resolves with all that came when the server has closed the connection. */
  async end(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.received;
  }
}

/** Sends and resolves with everything that came until the server closed the connection. */
export async function sendUntilClosed(url: string, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const connection = await RawConnection.open(url);
  return connection.send(...parts).end();
}

/** Status codes of the answers in what came over one connection, in their order. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
