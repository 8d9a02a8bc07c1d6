import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** Every child of this process that still runs. */
const running = new Set<ChildProcess>();

// The last resort, for exits that nobody planned: nothing that was started outlives this process.
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/**
 * Starts a program in a process group of its own. A Ctrl-C in the terminal then reaches only this process,
 * which stops its children in order, and a signal to the group reaches the children's children too.
 */
export function spawnGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, { ...options, detached: true });
  if (child.pid !== undefined) {
    running.add(child);
    child.once('exit', () => running.delete(child));
  }
  return child;
}

export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // It ended by itself in the meantime; macOS says EPERM of a group of which only zombies are left.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
