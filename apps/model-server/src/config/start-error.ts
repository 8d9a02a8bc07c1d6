/** Why the program does not start, as a sentence for the person who started it. */
export class StartError extends Error {
  constructor(sentence: string, options?: { readonly cause: unknown }) {
    super(sentence, options);
    this.name = 'StartError';
  }
}
