/** A Markdown table in the form that prettier leaves as it is; columns of figures are aligned to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = header.map((name, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    const right = cells.every((text) => /^(-?[\d.]+|-?)$/.test(text));
    const width = Math.max(3, ...[name, ...cells].map(({ length }) => length));
    const pad = (text: string) => (right ? text.padStart(width) : text.padEnd(width));
    return { pad, rule: right ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width) };
  });
  const line = (cells: readonly string[]) =>
    `| ${columns.map(({ pad }, column) => pad(cells[column] ?? '')).join(' | ')} |`;
  return [line(header), `| ${columns.map(({ rule }) => rule).join(' | ')} |`, ...rows.map(line)].join('\n');
}
