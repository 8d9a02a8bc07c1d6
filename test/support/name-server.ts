import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';

const headerBytes = 12;
/** What follows the name of a question: type and class. */
const questionTailBytes = 4;
const typeA = 1;

/**
 * A DNS server that knows one name, whatever it is asked for: what the name of a headless service is to a cluster.
 * RFC 1035; addresses of version 4 only.
 */
export class NameServer {
  private constructor(
    private readonly socket: Socket,
    /** Of the name now; an answer has all of them. */
    public addresses: readonly string[],
  ) {}

  /** How often addresses were asked for. */
  questions = 0;

  static async start(addresses: readonly string[]): Promise<NameServer> {
    const socket = createSocket('udp4');
    const server = new NameServer(socket, addresses);
    socket.on('message', (question, { address, port }) =>
      socket.send(server.answer(question), port, address),
    );
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return server;
  }

  /** host:port, as gRPC takes it for the authority of a `dns:` target. */
  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }

  private answer(question: Buffer): Buffer {
    const nameEnd = question.indexOf(0, headerBytes) + 1;
    const asked = question.subarray(headerBytes, nameEnd + questionTailBytes);
    const found = question.readUInt16BE(nameEnd) === typeA ? this.addresses : [];
    if (question.readUInt16BE(nameEnd) === typeA) this.questions += 1;
    const header = Buffer.alloc(headerBytes);
    question.copy(header, 0, 0, 2);
    // An answer, recursion desired and available, no error; one question.
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(found.length, 6);
    return Buffer.concat([header, asked, ...found.map(addressRecord)]);
  }
}

/** The name by a pointer to the question, type A, class IN, no time to live, four bytes. */
function addressRecord(address: string): Buffer {
  return Buffer.from([
    0xc0,
    headerBytes,
    0,
    typeA,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    4,
    ...address.split('.').map(Number),
  ]);
}
