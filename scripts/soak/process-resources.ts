import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { readStat } from '../bench/process-tree.ts';

/** Kinds of open handles, from what /proc tells of a file descriptor. */
export const handleKinds = ['sockets', 'pipes', 'files', 'others'] as const;
export type HandleKind = (typeof handleKinds)[number];

/** What a process holds at one moment. */
export interface ProcessResources {
  readonly residentMegabytes: number;
  /** The part of it that is memory of its own: heaps and stacks, not files. */
  readonly anonymousMegabytes: number;
  readonly threads: number;
  readonly handles: Readonly<Record<HandleKind, number>>;
  /** Since it began. */
  readonly cpuSeconds: number;
}

/** @throws Error when there is no such process, or this is not Linux */
export function readResources(pid: number): ProcessResources {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    residentMegabytes: field('VmRSS') / 1024,
    anonymousMegabytes: field('RssAnon') / 1024,
    threads: field('Threads'),
    handles: countHandles(pid),
    cpuSeconds: readStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).cpuMilliseconds / 1000,
  };
}

export function totalHandles({ handles }: Pick<ProcessResources, 'handles'>): number {
  return handleKinds.reduce((sum, kind) => sum + handles[kind], 0);
}

function countHandles(pid: number): Record<HandleKind, number> {
  const counts = { sockets: 0, pipes: 0, files: 0, others: 0 };
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    const target = targetOf(`/proc/${pid}/fd/${descriptor}`);
    if (target !== undefined) counts[kindOf(target)] += 1;
  }
  return counts;
}

/** Undefined for one that was closed between the two looks. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function kindOf(target: string): HandleKind {
  if (target.startsWith('socket:')) return 'sockets';
  if (target.startsWith('pipe:')) return 'pipes';
  return target.startsWith('/') ? 'files' : 'others';
}
