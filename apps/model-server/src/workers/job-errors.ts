/** The job itself cannot be done, whatever runs it: its data make no sense. */
export class JobRefusedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'JobRefusedError';
  }
}

/** The worker could not do the job. */
export class JobFailedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'JobFailedError';
  }
}

/** The worker ended while it ran the job, or before it had begun. */
export class WorkerDiedError extends Error {
  constructor(
    reason: string,
    /** The job may be given to another worker. */
    readonly notBegun: boolean,
  ) {
    super(reason);
    this.name = 'WorkerDiedError';
  }
}
