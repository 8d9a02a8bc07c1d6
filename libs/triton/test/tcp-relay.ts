import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** Stands between a client and a server, so that a test can cut the connection as a crash or a cable does. */
export class TcpRelay {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private silent = false;

  private constructor(private target: string) {
    this.server = createServer((client) => {
      if (this.silent) {
        this.sockets.add(client);
        client.on('error', () => undefined).on('close', () => this.sockets.delete(client));
        client.resume();
        return;
      }
      const [host, port] = this.target.split(':');
      const upstream = connect(Number(port), host ?? '');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          to.destroy();
          this.sockets.delete(from);
        });
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

  /** Connections that nobody has closed, of both sides. */
  get open(): number {
    return this.sockets.size;
  }

  /** Nothing gets through any more, and nobody is told: as when packets are dropped. */
  swallow(): void {
    this.swallowNew();
    for (const socket of this.sockets) socket.unpipe().resume();
  }

  /** Connections from now on are taken, and nothing gets through them. */
  swallowNew(): void {
    this.silent = true;
  }

  /** New connections get through again. Those of before stay silent, as behind a firewall that has forgotten them. */
  restore(): void {
    this.silent = false;
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
