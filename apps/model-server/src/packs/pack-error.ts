/** A pack that cannot be used or fetched. The message is a sentence for the person who started the program: it names file and field and what to do. */
export class PackError extends Error {
  constructor(message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = 'PackError';
  }
}
