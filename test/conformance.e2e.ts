import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startConformanceServer } from './support/conformance-server.js';
import { intendedDifferences } from './support/intended-differences.js';
import { type RecordedCall, parseRecording } from './support/recorded-call.js';
import { replay, withoutChance } from './support/replay.js';
import { sharedFolder } from './support/shared-data.js';

const folder = sharedFolder('conformance');
const calls = folder === undefined ? [] : recordedCalls(join(folder, 'triton-2.51.json'));
const intended = new Map(Object.entries(intendedDifferences.recorded));

function recordedCalls(path: string): readonly RecordedCall[] {
  return (parseRecording(readFileSync(path, 'utf8')) as { readonly cases: readonly RecordedCall[] }).cases;
}

describe.skipIf(folder === undefined)('calls that a real Triton server was asked', () => {
  let server: Awaited<ReturnType<typeof startConformanceServer>>;

  beforeAll(async () => {
    server = await startConformanceServer();
  });

  afterAll(() => server.stop());

  it.each(calls.filter(({ name }) => !intended.has(name)))('$name is answered as there', async (call) => {
    const answer = await replay(server.address, call);
    const volatile = call.volatile === true;
    expect(withoutChance(answer, volatile)).toEqual(withoutChance(call.expect, volatile));
  });

  it.each([...intended])('%s is answered otherwise: %s', async (name) => {
    const call = calls.find((each) => each.name === name);
    if (call === undefined) throw new Error(`there is no such call, so it does not belong on the list`);
    const answer = await replay(server.address, call);
    const volatile = call.volatile === true;
    expect(withoutChance(answer, volatile)).not.toEqual(withoutChance(call.expect, volatile));
  });

  it('differs in less than a tenth of them', () => {
    expect(intended.size).toBeLessThan(calls.length / 10);
  });
});
