import type { EnvironmentReader } from '@face/environment';
import { readFileSync } from 'node:fs';

/**
 * Keys of FACE_V3_API_KEY (one, verbatim) and FACE_V3_API_KEY_FILE (one a line, `#` lines are comments),
 * without duplicates. Never puts a key into a sentence.
 */
export function readApiKeys(reader: EnvironmentReader): readonly string[] {
  const keys = new Set<string>();
  const single = reader.text('FACE_V3_API_KEY');
  if (single !== undefined) {
    if (isSendable(single)) keys.add(single);
    else reader.problem(`FACE_V3_API_KEY ${unsendable}.`);
  }
  const path = reader.text('FACE_V3_API_KEY_FILE');
  if (path !== undefined) for (const key of readKeyFile(path, reader)) keys.add(key);
  return [...keys];
}

const unsendable =
  'starts or ends with a blank or holds a control character, so no HTTP header could carry it';

/** HTTP strips blanks around a header's value and forbids control characters in it. */
function isSendable(key: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return key.trim() === key && !/[\u0000-\u001f\u007f]/.test(key);
}

function readKeyFile(path: string, reader: EnvironmentReader): string[] {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(`FACE_V3_API_KEY_FILE is '${path}', expected a readable file: ${reason}.`);
    return [];
  }
  const keys: string[] = [];
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (isSendable(line)) keys.push(line);
    else reader.problem(`Line ${index + 1} of FACE_V3_API_KEY_FILE ('${path}') ${unsendable}.`);
  }
  if (keys.length === 0) {
    reader.problem(`FACE_V3_API_KEY_FILE is '${path}', expected at least one key in it.`);
  }
  return keys;
}
