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
