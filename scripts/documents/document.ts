import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run/root.ts';

/** @param path from the project's folder */
export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Lines of tables with their cells alone, since columns are as wide as their table. */
export function tableRows(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replace(/\s+/g, ' ').replace(/-{2,}:?/g, '-'));
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What a document links to within the project: a path from its own folder, an anchor, or both. */
export function linksOf(text: string): { readonly path: string; readonly anchor: string }[] {
  const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#');
      return { path, anchor };
    });
}
