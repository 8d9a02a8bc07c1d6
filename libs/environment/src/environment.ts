/** What one process was given: the environment, with `.env` beneath it. */
export type Environment = Readonly<Record<string, string | undefined>>;
