import { Interrupted, TaskFailure } from './failure.ts';
import { type Interruption, listenForInterruption } from './interruption.ts';

/** What shells expect of a program that Ctrl-C ended. */
const interruptedExitCode = 130;

/**
 * Runs a task as this process: its exit code is what the task resolves with, and a {@link TaskFailure} is
 * told as a sentence. Anything else that is thrown is a defect of the scripts and shows its stack.
 */
export async function runTask(task: (interruption: Interruption) => Promise<number>): Promise<never> {
  const interruption = listenForInterruption();
  try {
    process.exit(await task(interruption));
  } catch (error) {
    if (error instanceof Interrupted) process.exit(interruptedExitCode);
    if (error instanceof TaskFailure)
      process.stderr.write(error.message === '' ? '' : `\n${error.message}\n`);
    else console.error(error);
    process.exit(1);
  }
}

/** Runs a task that goes on until it is stopped: to be stopped is its success, whenever it happens. */
export function runService(service: (interruption: Interruption) => Promise<void>): Promise<never> {
  return runTask(async (interruption) => {
    try {
      await service(interruption);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
    return 0;
  });
}
