import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../apps/model-server/src/packs/cache-folder.js';

const run = promisify(execFile);

/** What is built where there is none. */
const version = '3.22.0';
const buildMinutes = 10;

export interface HelmOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `helm` program, version 3 or later. */
export class Helm {
  private constructor(private readonly program: string) {}

  /**
   * FACE_TEST_HELM, else the one in PATH, else one that Go builds from its published source (minutes, once).
   * @returns why there is none, in one line
   */
  static async find(): Promise<Helm | { readonly problem: string }> {
    const named = process.env['FACE_TEST_HELM'];
    if (named !== undefined) return new Helm(named);
    if (works('helm')) return new Helm('helm');
    const built = join(cacheFolder(process.env), 'tools', `helm-${version}`);
    if (existsSync(built)) return new Helm(built);
    if (!works('go')) return { problem: 'neither helm nor Go is installed' };
    const place = `${built}.${process.pid}`;
    try {
      await mkdir(dirname(built), { recursive: true });
      await run('go', ['install', `helm.sh/helm/v3/cmd/helm@v${version}`], {
        env: { ...process.env, GOBIN: place, GOFLAGS: '-mod=mod' },
        timeout: buildMinutes * 60_000,
      });
      await rename(join(place, 'helm'), built);
      return new Helm(built);
    } catch (error) {
      const { stderr = '', message } = error as Error & { readonly stderr?: string };
      return { problem: `helm could not be built: ${stderr.trim().split('\n').at(-1) || message}` };
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  run(...args: string[]): HelmOutcome {
    const { status, stdout, stderr } = spawnSync(this.program, args, { encoding: 'utf8' });
    return { code: status ?? 1, stdout, stderr };
  }
}

function works(program: string): boolean {
  return spawnSync(program, ['version']).status === 0;
}
