import { realpath } from 'node:fs/promises';
import { delimiter, dirname, join, sep } from 'node:path';
import Config from '@npmcli/config';
import npmDefinitions from '@npmcli/config/lib/definitions/index.js';
import { PackError } from '../pack-error.js';

/** Options for pacote: registry, credentials, proxy, certificates, cache folder, as npm itself would use them. */
export type NpmSettings = Readonly<Record<string, unknown>>;

/**
 * Reads the user's npm settings: .npmrc of project, user and installation, and npm_config_ variables.
 * @param environment the variables of the process: npm's own way of being told things
 * @param cwd folder whose .npmrc counts as the project's
 * @throws PackError when npm would refuse them
 */
export async function npmSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cwd = process.cwd(),
): Promise<NpmSettings> {
  const npm = await findOnPath('npm', environment['PATH']);
  const config = new Config({
    ...npmDefinitions,
    // bin/npm is a link to lib/node_modules/npm/bin/npm-cli.js: the folder above holds npm's built-in npmrc.
    npmPath: npm === undefined ? cwd : dirname(dirname(npm)),
    // npm's global npmrc lies beside the node that the user installed, not beside the one pinned here.
    execPath: (await findOnPath('node', environment['PATH'])) ?? process.execPath,
    // A copy, for npm writes what it found into the environment.
    env: { ...environment },
    argv: [],
    cwd,
    warn: false,
  });
  try {
    await config.load();
    const impatient =
      config.isDefault('fetch-retry-mintimeout') && config.isDefault('fetch-retry-maxtimeout');
    return {
      ...config.flat,
      // The version is exact and its hash pinned: what npm has in its cache needs no second look.
      preferOffline: true,
      // npm's own pauses of 10 and 60 s would look like a program that hangs.
      ...(impatient
        ? { retry: { ...(config.flat['retry'] as object), minTimeout: 1000, maxTimeout: 5000 } }
        : {}),
    };
  } catch (cause) {
    throw new PackError(`the npm settings cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** The program as the user has it installed, links followed; programs that npm puts in front of PATH do not count. */
async function findOnPath(program: string, path = ''): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === '' || folder.split(sep).includes('node_modules')) continue;
    const found = await realpath(join(folder, program)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
