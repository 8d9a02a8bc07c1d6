/**
 * Numbers the persons for the native library.
 * @param names one per candidate, null where unknown.
 * @returns one id per candidate: equal for equal names, -1 for unknown; null when nobody is known.
 */
export function subjectIds(names: readonly (string | null)[] | undefined): Int32Array | null {
  if (names === undefined || names.every((name) => name === null)) return null;
  const ids = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    if (name === null) return -1;
    const id = ids.get(name) ?? ids.size;
    ids.set(name, id);
    return id;
  });
}
