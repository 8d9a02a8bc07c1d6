import { StartError } from '@face/environment';
import { PackError } from '../packs/pack-error.js';

/** Says on the standard error why a command failed, and lets the process end with the code for it. */
export function reportCommandFailure(error: unknown, usage: string): void {
  const { exitCode, words } = commandFailure(error, usage);
  process.stderr.write(words);
  process.exitCode = exitCode;
}

/**
 * Exit code 2 with the usage for arguments that it does not know, else 1. Sentences for a person; a stack helps only with
 * what nobody has foreseen.
 */
export function commandFailure(error: unknown, usage: string): { exitCode: number; words: string } {
  if (isMisuse(error)) {
    // Node goes on with advice for values that begin with a dash.
    const [sentence = ''] = error.message.split(/\. |\n/);
    return { exitCode: 2, words: `${sentence.replace(/\.?$/, '.')}\n\n${usage}` };
  }
  const isForeseen = error instanceof PackError || error instanceof StartError;
  const words = error instanceof Error ? (isForeseen ? error.message : error.stack) : String(error);
  return { exitCode: 1, words: `${words}\n` };
}

function isMisuse(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
