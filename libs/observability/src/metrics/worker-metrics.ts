import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';

const question = 'face.metrics.question';
const answer = 'face.metrics.answer';

/** A worker whose event loop stands still longer than this is counted by what it told last. */
const patienceMs = 1_000;

type Metrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

interface Question {
  readonly type: typeof question;
  readonly id: number;
}

interface Answer {
  readonly type: typeof answer;
  readonly id: number;
  readonly metrics: Metrics;
}

/** In a worker process: tells the primary process the metrics whenever it asks. */
export function answerPrimary(registry: Registry): void {
  process.on('message', (message: Partial<Question>) => {
    if (message.type !== question) return;
    const { id } = message;
    void registry.getMetricsAsJSON().then((metrics) => {
      if (process.connected) process.send?.({ type: answer, id, metrics });
    });
  });
}

/**
 * In the primary process: the metrics of all workers as those of one program.
 *
 * prom-client's own AggregatorRegistry fails the whole scrape when one worker does not answer, and its sums fall when a
 * worker ends, which Prometheus takes for a restart of all. Here what a worker told last stays in every sum.
 */
export class WorkerMetrics {
  private readonly latest = new Map<number, Metrics>();
  private departed: Metrics[] = [];
  private readonly own = new Registry();
  private readonly answering: Gauge;
  private readonly exits: Counter;
  private questions = 0;

  constructor() {
    this.answering = new Gauge({
      name: 'face_api_workers_answering',
      help: 'Worker processes that told their metrics to this scrape.',
      registers: [this.own],
    });
    this.exits = new Counter({
      name: 'face_api_worker_exits_total',
      help: 'Worker processes that ended.',
      registers: [this.own],
    });
    cluster.on('exit', (worker: Worker) => this.depart(worker));
  }

  /** As Prometheus reads them. */
  async collect(): Promise<string> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const answers = await Promise.all(workers.map((worker) => this.ask(worker)));
    this.answering.set(answers.filter((answered) => answered).length);
    if (this.departed.length > 1) this.departed = [await sumOf(this.departed).getMetricsAsJSON()];
    const own = await this.own.getMetricsAsJSON();
    return sumOf([own, ...this.departed, ...this.latest.values()]).metrics();
  }

  /** @returns whether it answered */
  private ask(worker: Worker): Promise<boolean> {
    if (!worker.isConnected()) return Promise.resolve(false);
    const id = ++this.questions;
    return new Promise((resolve) => {
      const done = (answered: boolean) => {
        clearTimeout(timer);
        worker.off('message', take);
        worker.off('exit', gone);
        resolve(answered);
      };
      const take = (message: Partial<Answer>) => {
        if (message.type !== answer || message.id !== id || message.metrics === undefined) return;
        this.latest.set(worker.id, message.metrics);
        done(true);
      };
      const gone = () => done(false);
      const timer = setTimeout(gone, patienceMs);
      worker.on('message', take);
      worker.on('exit', gone);
      worker.send({ type: question, id } satisfies Question);
    });
  }

  /** What it counted stays; what it was, such as its memory, is gone. */
  private depart({ id }: Worker): void {
    this.exits.inc();
    const last = this.latest.get(id);
    this.latest.delete(id);
    if (last !== undefined) this.departed.push(last.filter(isCounted));
  }
}

/** prom-client's types call them MetricType.Counter, its values are words. */
function isCounted({ type }: Metrics[number]): boolean {
  const word: unknown = type;
  return word === 'counter' || word === 'histogram';
}

function sumOf(metrics: readonly Metrics[]): Registry {
  return AggregatorRegistry.aggregate([...metrics]);
}
