import { type MetricsAddress, StartError } from '@face/environment';
import { type Registry, createMetricsServer, metricsPath } from '@face/observability';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The port of the model server's metrics. */
export class MetricsDoor {
  private constructor(
    private readonly server: Server,
    /** As in http://127.0.0.1:9465/metrics. */
    readonly url: string,
  ) {}

  /**
   * @param report is told why a scrape failed
   * @throws StartError with a sentence that says what to change
   */
  static async open(
    { host, port }: MetricsAddress,
    registry: Registry,
    report: (error: unknown) => void,
  ): Promise<MetricsDoor> {
    const server = createMetricsServer(() => registry.metrics(), report);
    try {
      await once(server.listen(port, host), 'listening');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const sentence = `Metrics cannot be shown at FACE_V3_MODEL_SERVER_METRICS_HOST and _PORT: ${reason}.`;
      throw new StartError(sentence, { cause });
    }
    const bound = (server.address() as AddressInfo).port;
    const name = host.includes(':') ? `[${host}]` : host;
    return new MetricsDoor(server, `http://${name}:${bound}${metricsPath}`);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
