import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../apps/model-server/src/packs/cache-folder.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const version = '2.40.3';
const built = join(cacheFolder(process.env), 'tools', `docker-compose-${version}`);

/** A service as the client resolves it; what the tests read of it. */
export interface ComposeService {
  readonly image: string;
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target?: string;
    readonly args?: Readonly<Record<string, string>>;
    readonly additional_contexts?: Readonly<Record<string, string>>;
  };
  readonly environment: Readonly<Record<string, string | null>>;
  readonly ports: readonly {
    readonly host_ip?: string;
    readonly published: string;
    readonly target: number;
  }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: unknown;
  readonly shm_size?: string;
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
}

export interface ComposeProject {
  readonly services: Readonly<Record<'api' | 'triton', ComposeService>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

/** The client's command, which needs no engine: of FACE_TEST_COMPOSE, Docker's own, or the one that was built. */
export function findComposeClient(): readonly string[] | undefined {
  const own = process.env['FACE_TEST_COMPOSE'];
  if (own !== undefined && own !== '') return [own];
  const known = [['docker', 'compose'], ['docker-compose'], [built]];
  return known.find(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0);
}

/** Builds the client from its sources with Go, in minutes; a later run finds it. */
export function buildComposeClient(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'face-compose-'));
  try {
    // As a tool of a module of its own: `go install` refuses a module with replacements.
    const go = (...args: string[]) =>
      execFileSync('go', args, {
        cwd: folder,
        env: { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false' },
        stdio: 'pipe',
      });
    go('mod', 'init', 'tools');
    go('get', '-tool', `github.com/docker/compose/v2/cmd@v${version}`);
    mkdirSync(dirname(built), { recursive: true });
    go('build', '-o', `${built}.${process.pid}`, 'github.com/docker/compose/v2/cmd');
    execFileSync('mv', [`${built}.${process.pid}`, built]);
    return [built];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The project's compose files in a folder of their own, with an `.env` that a test writes. */
export class ComposePlace {
  readonly folder = mkdtempSync(join(tmpdir(), 'face-compose-'));

  constructor(private readonly client: readonly string[]) {
    mkdirSync(join(this.folder, 'deploy'));
    for (const name of ['docker-compose.yml', 'deploy/compose.access.yml', 'deploy/compose.cpu.yml']) {
      copyFileSync(join(project, name), join(this.folder, name));
    }
  }

  /**
   * What the client makes of the files.
   * @param dotEnv content of `.env`; none without
   * @throws with the client's words when it refuses them
   */
  resolve(
    files: readonly string[],
    { dotEnv, environment = {} }: { dotEnv?: string; environment?: NodeJS.ProcessEnv } = {},
  ): ComposeProject {
    const path = join(this.folder, '.env');
    rmSync(path, { force: true });
    if (dotEnv !== undefined) writeFileSync(path, dotEnv);
    const [program = '', ...args] = this.client;
    const words = execFileSync(
      program,
      [...args, ...files.flatMap((file) => ['-f', file]), 'config', '--format', 'json'],
      // Nothing of a developer's own settings.
      {
        cwd: this.folder,
        env: { PATH: process.env['PATH'], HOME: this.folder, ...environment },
        encoding: 'utf8',
      },
    );
    return JSON.parse(words) as ComposeProject;
  }

  /** Path in the project of one that the client has made absolute. */
  inProject(path: string): string {
    return join(project, path.slice(this.folder.length));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
