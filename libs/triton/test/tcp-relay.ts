import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Stands between a client and a server, so that a test can cut the connection as a crash or a cable does. */
export class TcpRelay {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private target: string) {
    this.server = createServer((client) => {
      const [host, port] = this.target.split(':');
      const upstream = connect(Number(port), host ?? '');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
  }

  static async start(target: string): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    await new Promise<void>((resolve) => relay.server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** New connections go to this server, as when another one takes over an address. */
  redirect(target: string): void {
    this.target = target;
  }

  /** Breaks all connections; new ones are taken. The call that is cut never gets an answer. */
  cut(): Promise<never> {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.sockets.clear();
    return new Promise(() => undefined);
  }

  stop(): void {
    this.server.close();
    void this.cut();
  }
}
