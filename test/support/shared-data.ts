import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Folder of optional test material beside the project (photos and models that may not be shipped), or
 * undefined, said in one line, where it is absent.
 */
export function sharedFolder(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/${name}/`, import.meta.url));
  if (existsSync(path)) return path;
  console.log(`skipped: ../shared/${name} is not there`);
  return undefined;
}

/** Rows of a comma separated file with a header line and optional double quotes. */
export function readCsv(text: string): Record<string, string>[] {
  const [header = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(splitLine);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

function splitLine(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
  );
}
