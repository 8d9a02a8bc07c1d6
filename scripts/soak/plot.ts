/** One line of a panel. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  /** With the unit. */
  readonly title: string;
  readonly series: readonly Series[];
}

const width = 860;
const panelHeight = 210;
const inner = { left: 60, right: 20, top: 34, bottom: 34 };
const plotWidth = width - inner.left - inner.right;
const plotHeight = panelHeight - inner.top - inner.bottom;
/** Told apart also by those who do not see red or green (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73'];
const ticks = 4;

/**
 * Panels with one time axis, one below the other, as an SVG with nothing from outside in it.
 * @param xLabel what the time axis counts
 * @param warmUp until here nothing is judged: it is shaded
 */
export function drawPanels(panels: readonly Panel[], xLabel: string, warmUp: number): string {
  const longest = Math.max(
    ...panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([x]) => x))),
  );
  const height = panels.length * panelHeight + 8;
  const drawn = panels.map((panel, index) => drawPanel(panel, index * panelHeight, longest, xLabel, warmUp));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel(
  { title, series }: Panel,
  offset: number,
  longest: number,
  xLabel: string,
  warmUp: number,
): string {
  const highest = roundUp(
    Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite)),
  );
  const x = (value: number) => (inner.left + (value / longest) * plotWidth).toFixed(1);
  const y = (value: number) => (offset + inner.top + (1 - value / highest) * plotHeight).toFixed(1);
  const bottom = offset + inner.top + plotHeight;
  const steps = Array.from({ length: ticks + 1 }, (_, index) => index / ticks);
  const horizontal = steps.map(
    (step) =>
      `<path d="M${inner.left} ${y(step * highest)}h${plotWidth}" stroke="#ddd"/>` +
      `<text x="${inner.left - 6}" y="${y(step * highest)}" dy="4" text-anchor="end">${label(step * highest)}</text>`,
  );
  const vertical = steps.map(
    (step) =>
      `<text x="${x(step * longest)}" y="${bottom + 16}" text-anchor="middle">${label(step * longest)}</text>`,
  );
  const lines = series.map(({ points }, index) => {
    const path = points
      .filter(([, value]) => Number.isFinite(value))
      .map(([at, value], point) => `${point === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`);
    return `<path d="${path.join('')}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="1.5"/>`;
  });
  const names = series.map(
    ({ name }, index) =>
      `<text x="${width - inner.right - index * 150}" y="${offset + 20}" text-anchor="end" fill="${colours[index % colours.length]}">${name}</text>`,
  );
  return [
    `<text x="${inner.left}" y="${offset + 20}" font-weight="bold">${title}</text>`,
    ...names,
    `<rect x="${inner.left}" y="${offset + inner.top}" width="${(Number(x(warmUp)) - inner.left).toFixed(1)}" height="${plotHeight}" fill="#f3f3f3"/>`,
    ...horizontal,
    ...vertical,
    `<text x="${width - inner.right}" y="${bottom + 30}" text-anchor="end" fill="#666">${xLabel}</text>`,
    ...lines,
  ].join('\n');
}

/** The next of 1, 2, 4, 5, 8, 10 times a power of ten, so that quarters of it are short numbers. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * ([1, 2, 4, 5, 8].find((step) => value <= step * power) ?? 10);
}

function label(value: number): string {
  return String(Math.round(value * 100) / 100);
}
