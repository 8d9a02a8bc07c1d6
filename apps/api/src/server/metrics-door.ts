import { createMetricsServer, metricsPath } from '@face/observability';
import type { MetricsAddress } from '@face/environment';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { listen } from './listen.js';

const names = { host: 'FACE_V3_METRICS_HOST', port: 'FACE_V3_METRICS_PORT' };

/** The port of metrics: of this process, or of all worker processes together. */
export class MetricsDoor {
  private constructor(
    private readonly server: Server,
    /** As in http://127.0.0.1:9464/metrics. */
    readonly url: string,
  ) {}

  /**
   * @param collect the metrics as Prometheus reads them
   * @param report is told why a scrape failed
   * @throws StartError with a sentence that says what to change
   */
  static async open(
    address: MetricsAddress,
    collect: () => Promise<string>,
    report: (error: unknown) => void,
  ): Promise<MetricsDoor> {
    const server = createMetricsServer(collect, report);
    return new MetricsDoor(server, `${await listen(server, address, names)}${metricsPath}`);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
