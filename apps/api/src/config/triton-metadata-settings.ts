import type { EnvironmentReader } from '@face/environment';
import { CallMetadata } from '@face/triton';
import { readFileSync } from 'node:fs';

/**
 * Metadata of FACE_V3_TRITON_METADATA (`key=value,key=value`) and FACE_V3_TRITON_METADATA_FILE (one `key=value` a line,
 * `#` lines are comments). Values are taken verbatim; one with a comma needs the file. Sentences only tell the place: what
 * is read as a key may be the rest of a value.
 */
export function readTritonMetadata(reader: EnvironmentReader): CallMetadata {
  const entries = new Map<string, string>();
  const add = (pair: string, place: string) => {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      reader.problem(`${place} is not of the form key=value.`);
      return;
    }
    const key = pair.slice(0, equals).trim().toLowerCase();
    const value = pair.slice(equals + 1);
    const problem = entries.has(key) ? 'has the key of an earlier one' : CallMetadata.problemOf(key, value);
    if (problem === undefined) entries.set(key, value);
    else reader.problem(`${place} ${problem}.`);
  };

  const inline = reader.text('FACE_V3_TRITON_METADATA')?.split(',') ?? [];
  for (const [index, pair] of inline.entries()) add(pair, `Entry ${index + 1} of FACE_V3_TRITON_METADATA`);
  const path = reader.text('FACE_V3_TRITON_METADATA_FILE');
  for (const [index, line] of (path === undefined ? [] : readLines(path, reader)).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    add(line, `Line ${index + 1} of FACE_V3_TRITON_METADATA_FILE`);
  }
  return new CallMetadata(entries);
}

function readLines(path: string, reader: EnvironmentReader): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(`FACE_V3_TRITON_METADATA_FILE is '${path}', expected a readable file: ${reason}.`);
    return [];
  }
}
