import { describe, it } from 'vitest';
import { findComposeClient } from '../support/compose.js';
import { describeComposeFiles } from '../support/compose-suite.js';

const client = findComposeClient();
if (client === undefined) {
  console.log(
    'skipped: the compose files: there is no compose client (npm run test:full builds one where Go is)',
  );
  describe.skip('the compose files', () => it('are right'));
} else {
  describeComposeFiles(() => client);
}
