import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePython, pythonFolder } from '../../scripts/setup/python-environment.js';
import { Helm, type HelmOutcome } from './helm.js';
import type { Manifest } from './manifests.js';

export const chartFolder = fileURLToPath(new URL('../../deploy/helm/face-search-backend', import.meta.url));
const python = fileURLToPath(new URL('../kubernetes/', import.meta.url));
const requirements = join(python, 'requirements.txt');

/** The oldest that the chart takes, and the newest whose schemas are at hand. */
export const kubernetesVersions = ['1.30', '1.37'] as const;

export interface Rendered {
  readonly manifest: Manifest;
  /** What the schemas of Kubernetes say. */
  readonly problems: readonly string[];
}

/** Some kinds have none. */
const noSpec = { spec: {} };

/** The Helm chart, with all that reads it. */
export class Chart {
  /** Files of values in its folder ci. */
  readonly valueFiles = readdirSync(join(chartFolder, 'ci'));

  private constructor(
    readonly helm: Helm,
    private readonly interpreter: string,
  ) {}

  /** @returns undefined where something for it is missing, which is said in one line */
  static async find(): Promise<Chart | undefined> {
    const helm = await Helm.find();
    if ('problem' in helm) {
      console.log(`skipped: the tests of the Helm chart, for ${helm.problem}`);
      return undefined;
    }
    const environment = await preparePython({
      folder: pythonFolder(process.env, 'kubernetes'),
      requirements: ['--requirement', requirements],
      files: [requirements],
    });
    if ('problem' in environment) {
      console.log(`skipped: the tests of the Helm chart, for kubernetes-validate: ${environment.problem}`);
      return undefined;
    }
    return new Chart(helm, environment.python);
  }

  /** helm template, with one of the files of values and further options. */
  template(values: string, ...args: string[]): HelmOutcome {
    const version = ['--kube-version', `${kubernetesVersions[0]}.0`];
    const file = join(chartFolder, 'ci', values);
    return this.helm.run('template', 'faces', chartFolder, ...version, '--values', file, ...args);
  }

  render(values: string, ...args: string[]): Rendered[] {
    const { code, stdout, stderr } = this.template(values, ...args);
    if (code !== 0) throw new Error(stderr);
    const program = join(python, 'read_manifests.py');
    const read = spawnSync(this.interpreter, [program, ...kubernetesVersions], {
      input: stdout,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (read.status !== 0) throw new Error(read.stderr);
    const answers = JSON.parse(read.stdout) as Rendered[];
    return answers.map(({ manifest, problems }) => ({ manifest: { ...noSpec, ...manifest }, problems }));
  }
}
