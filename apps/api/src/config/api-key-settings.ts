import { type KeyRules, problemOfKey, readKeyLines } from '@face/auth';
import type { EnvironmentReader } from '@face/environment';
import { readFileSync } from 'node:fs';

/** Where keys came from. */
export interface ApiKeySettings {
  /** Key of FACE_V3_API_KEY, if there is one. */
  readonly fixed: readonly string[];
  /** Keys of FACE_V3_API_KEY_FILE, as it was at the start. */
  readonly ofFile: readonly string[];
  /** Path of that file. */
  readonly file: string | undefined;
}

/**
 * Keys of FACE_V3_API_KEY (one, verbatim) and FACE_V3_API_KEY_FILE (one a line, `#` lines are comments). Never puts a key
 * into a sentence.
 */
export function readApiKeys(reader: EnvironmentReader, rules: KeyRules): ApiKeySettings {
  const single = reader.text('FACE_V3_API_KEY');
  const problem = single === undefined ? undefined : problemOfKey(single, rules);
  if (problem !== undefined) reader.problem(`FACE_V3_API_KEY ${problem}.`);
  const file = reader.text('FACE_V3_API_KEY_FILE');
  return {
    fixed: single === undefined || problem !== undefined ? [] : [single],
    ofFile: file === undefined ? [] : readKeyFile(file, reader, rules),
    file,
  };
}

function readKeyFile(path: string, reader: EnvironmentReader, rules: KeyRules): readonly string[] {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(`FACE_V3_API_KEY_FILE is '${path}', expected a readable file: ${reason}.`);
    return [];
  }
  const { keys, problems } = readKeyLines(content, rules);
  for (const problem of problems) {
    reader.problem(
      `FACE_V3_API_KEY_FILE is '${path}', expected at least one key in it, one a line: ${problem}.`,
    );
  }
  return keys;
}
