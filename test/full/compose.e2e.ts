import { spawnSync } from 'node:child_process';
import { beforeAll, describe } from 'vitest';
import { buildComposeClient, findComposeClient } from '../support/compose.js';
import { describeComposeFiles } from '../support/compose-suite.js';

// Where there is one, `npm test` has done this.
const missing = findComposeClient() === undefined;
const possible = missing && spawnSync('go', ['version']).status === 0;
if (missing && !possible) {
  console.log('skipped: the compose files: there is neither a compose client nor Go to build one');
}

describe.skipIf(!possible)('with a client that was built for it', () => {
  let client: readonly string[] = [];
  beforeAll(() => {
    client = buildComposeClient();
  }, 600_000);

  describeComposeFiles(() => client);
});
