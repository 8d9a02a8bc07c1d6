import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { type Server, type TLSSocket, type TlsOptions, createServer } from 'node:tls';
import type { Certificate } from './certificates.js';

/** Speaks TLS to clients and plain text to the server behind it, as a service mesh's side car does. */
export class TlsRelay {
  readonly #sockets = new Set<TLSSocket>();
  /** Common names of the clients' certificates, of each connection; empty where none was shown. */
  readonly clients: string[] = [];

  private constructor(private readonly server: Server) {}

  /**
   * @param behind path of the Unix socket to relay to
   * @param clientAuthority file of the authority whose certificates clients have to show; undefined: none is asked for
   */
  static async start(behind: string, own: Certificate, clientAuthority?: string): Promise<TlsRelay> {
    const options: TlsOptions = {
      cert: readFileSync(own.certificate),
      key: readFileSync(own.key),
      ALPNProtocols: ['h2'],
      ...(clientAuthority === undefined
        ? {}
        : { ca: readFileSync(clientAuthority), requestCert: true, rejectUnauthorized: true }),
    };
    const server = createServer(options);
    const relay = new TlsRelay(server);
    server.on('secureConnection', (socket) => relay.#relay(socket, behind));
    // Clients that do not trust us, or that we do not trust, are what the tests are about.
    server.on('tlsClientError', () => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #relay(socket: TLSSocket, behind: string): void {
    this.#sockets.add(socket);
    this.clients.push(String(socket.getPeerCertificate().subject?.CN ?? ''));
    const server = connect(behind);
    socket.on('error', () => server.destroy()).on('close', () => server.destroy());
    server.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.pipe(server).pipe(socket);
  }
}
