/** A task that cannot go on. The message says what happened and what to do; it is all that the user sees. */
export class TaskFailure extends Error {}

/** The user asked to stop before the task was done. */
export class Interrupted extends Error {}
