import { invalidArgument } from './protocol-error.js';

const maxVersion = 2n ** 63n - 1n;

/**
 * Reads a model version as the real server does, with C++ `stol`: leading white space, a sign and leading digits
 * count, the rest is ignored.
 * @returns the version, or null for the latest
 * @throws ProtocolError for a text without a number, or a negative one
 */
export function parseModelVersion(text: string): bigint | null {
  if (text === '') return null;
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text)?.[1];
  const version = digits === undefined ? null : BigInt(digits.replace('+', ''));
  if (version === null || version > maxVersion || version < -maxVersion - 1n) {
    throw invalidArgument(
      `failed to get model version from specified version string '${text}' (details: stol), version should be an integral value > 0`,
    );
  }
  if (version < 0n) {
    throw invalidArgument(
      `invalid model version specified '${text}' , version should be an integral value > 0`,
    );
  }
  return version;
}
