import { readFileSync, readdirSync } from 'node:fs';

/** Milliseconds and bytes of Linux' units: USER_HZ is 100 on every platform that Node runs on, pages have 4 KiB. */
const tickMilliseconds = 10;
const pageBytes = 4096;

interface ProcessStat {
  readonly parent: number;
  readonly cpuMilliseconds: number;
}

/** @param line of /proc/<pid>/stat; the command in parentheses may hold anything */
export function readStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { parent: Number(fields[1]), cpuMilliseconds: ticks * tickMilliseconds };
}

/** What the processes under some roots have used so far. Only Linux tells; elsewhere all figures are NaN. */
export class ProcessTree {
  readonly #roots: readonly number[];

  constructor(roots: readonly number[]) {
    this.#roots = roots;
  }

  cpuMilliseconds(): number {
    return this.#sum((pid, stats) => stats.get(pid)?.cpuMilliseconds ?? 0);
  }

  residentMegabytes(): number {
    return (
      this.#sum((pid) => Number(readOr(`/proc/${pid}/statm`).split(' ')[1] ?? 0)) * (pageBytes / 2 ** 20)
    );
  }

  #sum(of: (pid: number, stats: ReadonlyMap<number, ProcessStat>) => number): number {
    if (process.platform !== 'linux' || this.#roots.length === 0) return Number.NaN;
    const pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    const stats = new Map(
      pids.flatMap((pid) => {
        const line = readOr(`/proc/${pid}/stat`);
        return line === '' ? [] : [[pid, readStat(line)] as const];
      }),
    );
    const belongs = (pid: number): boolean => {
      if (this.#roots.includes(pid)) return true;
      const parent = stats.get(pid)?.parent ?? 0;
      return parent > 1 && belongs(parent);
    };
    const members = [...stats.keys()].filter(belongs);
    if (members.length === 0) return Number.NaN;
    return members.reduce((total, pid) => total + of(pid, stats), 0);
  }
}

/** A process may end between two looks at it. */
function readOr(path: string, otherwise = ''): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
