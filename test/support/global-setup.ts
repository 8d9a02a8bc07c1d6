import { existsSync } from 'node:fs';
import { entries } from './product.js';

/** The end-to-end suites drive the compiled programs; `npm test` builds them first. */
export default function setup(): void {
  for (const entry of Object.values(entries)) {
    if (!existsSync(entry)) {
      throw new Error(`${entry} is missing: run "npm test", which builds the programs first.`);
    }
  }
}
