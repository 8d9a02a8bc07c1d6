/**
 * What nobody may find in a log: a run of base64 as long as a small photo or vector would be, a list of numbers as
 * embeddings and landmarks are, and secrets of the settings.
 */
const patterns: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['base64', /[A-Za-z0-9+/]{100,}/],
  ['a list of numbers', /(?:-?\d+\.\d{3,}(?:e-?\d+)?[\s,;[\]]{1,6}){6}/],
];

const secretSettings = ['FACE_V3_API_KEY', 'FACE_V3_TRITON_METADATA'];

/** What of it is in the text, in words; undefined when there is nothing. */
export function privateContentIn(printed: string, environment: NodeJS.ProcessEnv): string | undefined {
  const found = patterns.find(([, pattern]) => pattern.test(printed));
  if (found !== undefined) return `${found[0]}: ${(found[1].exec(printed)?.[0] ?? '').slice(0, 120)}`;
  const secret = secretSettings.find((name) => {
    const value = environment[name]?.split('=').at(-1) ?? '';
    // A word of a few letters may be anywhere.
    return value.length >= 12 && printed.includes(value);
  });
  return secret === undefined ? undefined : `the value of ${secret}`;
}
