import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pacote from 'pacote';
import { PackError } from '../pack-error.js';
import { fetchError } from './fetch-error.js';
import type { NpmSettings } from './npm-settings.js';
import type { FetchReporter } from './reporter.js';

export interface Download {
  /** An npm package with its version, or an address: both go through npm's proxy, certificates and credentials. */
  readonly spec: string;
  readonly sha256: string;
  readonly bytes: number | undefined;
  /** The field that states the hash, for the sentence about a wrong one. */
  readonly label: string;
}

/**
 * Writes a download to a file; a file whose SHA-256 is wrong is deleted.
 * @throws PackError saying what went wrong and what to do
 */
export async function downloadTo(
  target: string,
  { spec, sha256, bytes, label }: Download,
  settings: NpmSettings,
  reporter: FetchReporter,
): Promise<void> {
  const report = reporter.download(spec, bytes);
  let digest = '';
  try {
    await pacote.tarball.stream(
      spec,
      async (stream) => {
        const hash = createHash('sha256');
        const counted = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk);
            report.advance(chunk.length);
            done(null, chunk);
          },
        });
        await pipeline(stream, counted, createWriteStream(target));
        digest = hash.digest('hex');
      },
      settings,
    );
  } catch (cause) {
    report.end(false);
    await rm(target, { force: true });
    throw fetchError(spec, cause, dirname(target));
  }
  report.end(true);
  if (digest !== sha256) {
    await rm(target, { force: true });
    throw new PackError(
      `${spec} arrived with another SHA-256 than ${label} states, and was deleted: expected ${sha256}, got ${digest}. ` +
        'Somebody between you and the server changed it, or the pack names another version',
    );
  }
}

/** Unpacks an npm tarball, without its leading folder. */
export async function unpack(tarball: string, folder: string, settings: NpmSettings): Promise<void> {
  // Without npm's cache: the tarball is in there already.
  await pacote.extract(`file:${tarball}`, folder, { ...settings, cache: undefined });
}
