/** What a key file, or one key of the settings, is made of. */
export interface KeyLines {
  /** Without duplicates, in their order. */
  readonly keys: readonly string[];
  /** What is wrong, as in "Line 2 is shorter than ...": never a part of a key. */
  readonly problems: readonly string[];
}

/** What keys have to be. */
export interface KeyRules {
  /** Characters; 0 where any key will do. */
  readonly minimumLength: number;
}

/** One key a line; blank lines and lines that begin with `#` are none. A file without any key has a problem too. */
export function readKeyLines(content: string, rules: KeyRules): KeyLines {
  const keys = new Set<string>();
  const problems: string[] = [];
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const problem = problemOfKey(line, rules);
    if (problem === undefined) keys.add(line);
    else problems.push(`Line ${index + 1} ${problem}`);
  }
  if (keys.size === 0 && problems.length === 0) problems.push('There is no key in it');
  return { keys: [...keys], problems };
}

/** Why it can be no key, to be put behind its place; undefined when it can. */
export function problemOfKey(key: string, { minimumLength }: KeyRules): string | undefined {
  if (!isSendable(key)) {
    return 'starts or ends with a blank or holds a control character, so no HTTP header could carry it';
  }
  if (key.length < minimumLength) {
    return `is shorter than the ${minimumLength} characters that a key needs outside of local`;
  }
  return undefined;
}

/** HTTP strips blanks around a header's value and forbids control characters in it. */
function isSendable(key: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return key.trim() === key && !/[\u0000-\u001f\u007f]/.test(key);
}
