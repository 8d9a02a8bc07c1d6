import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '@face/environment';
import type { OnApplicationShutdown } from '@nestjs/common';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 for a free one; undefined: there is no HTTP. */
  readonly httpPort: number | undefined;
}

/**
 * `/v2/health/live` and `/v2/health/ready` over HTTP, with Triton's answers: for probes that speak no gRPC, so that
 * whatever waits for Triton waits for this server alike.
 */
export class HealthServer implements OnApplicationShutdown {
  private readonly server: Server;

  constructor(
    private readonly options: HealthServerOptions,
    isReady: () => boolean,
  ) {
    this.server = createServer(({ method, url }, response) => {
      if (method !== 'GET' && method !== 'HEAD') end(response, 405);
      else if (url === '/v2/health/live') end(response, 200);
      // 400 is Triton's code for it.
      else if (url === '/v2/health/ready') end(response, isReady() ? 200 : 400);
      else end(response, 404);
    });
  }

  /**
   * @returns the address, as in `http://127.0.0.1:8000`; undefined when none is wanted
   * @throws StartError with a sentence when the address cannot be used
   */
  async listen(): Promise<string | undefined> {
    const { host, httpPort } = this.options;
    if (httpPort === undefined) return undefined;
    const name = host.includes(':') ? `[${host}]` : host;
    try {
      await once(this.server.listen(httpPort, host), 'listening');
    } catch (cause) {
      throw new StartError(
        `The model server cannot listen on ${name}:${httpPort}: ${(cause as Error).message}. ` +
          'Choose another port with FACE_V3_MODEL_SERVER_HTTP_PORT, or none.',
        { cause },
      );
    }
    return `http://${name}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Last of all: until then it says that the server is not ready any more. */
  onApplicationShutdown(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}
