/** One scrape: what every series was at that moment. */
export class Scrape {
  private constructor(
    readonly text: string,
    /** By name and labels, as in `requests_total{route="/x",status="200"}`. */
    private readonly series: ReadonlyMap<string, number>,
  ) {}

  static async of(url: string | undefined): Promise<Scrape> {
    if (url === undefined) throw new Error('the program shows no metrics');
    const response = await fetch(url);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    const text = await response.text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const series = lines.map((line): [string, number] => {
      const blank = line.lastIndexOf(' ');
      return [line.slice(0, blank), Number(line.slice(blank + 1))];
    });
    return new Scrape(text, new Map(series));
  }

  /** The sum over all series of that name that have these labels, 0 for none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    let sum = 0;
    for (const [key, value] of this.series) {
      const [own = '', rest = ''] = key.split('{');
      if (own === name && wanted.every((label) => rest.includes(label))) sum += value;
    }
    return sum;
  }

  /** Values of a label over all series of a name. */
  labels(name: string, label: string): string[] {
    const values = [...this.series.keys()]
      .filter((key) => key.startsWith(`${name}{`))
      .flatMap((key) => new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1] ?? []);
    return [...new Set(values)].sort();
  }

  /** Names that may be asked for, also where nothing was counted yet. */
  get names(): ReadonlySet<string> {
    const types = [...this.text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    return new Set(
      types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
  }
}
