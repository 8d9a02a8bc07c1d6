import { FaceError, type FieldError } from '@face/errors';

/** A caller who got a thousand candidates wrong learns nothing more from the rest. */
const most = 20;
/** Unknown fields have names of the caller's making. */
const longestPath = 200;

/** Collects what does not fit the schema, up to a bound. */
export class FieldErrors {
  readonly #errors: FieldError[] = [];

  /** `path` as in `candidates[3].id`; empty for the body itself. */
  add(path: string, message: string): this {
    if (!this.full) this.#errors.push({ path: path.slice(0, longestPath), message });
    return this;
  }

  get full(): boolean {
    return this.#errors.length >= most;
  }

  /** `validation_failed` with all of them, if there is any. */
  toError(): FaceError | undefined {
    const [first, ...others] = this.#errors;
    if (first === undefined) return undefined;
    const where = first.path === '' ? '' : `${first.path} `;
    const more = others.length === 0 ? '' : ` (and ${others.length} more, see errors)`;
    const sentence = `The body does not fit the schema: ${where}${first.message}${more}.`;
    return new FaceError('validation_failed', sentence, { errors: this.#errors });
  }

  /** @throws FaceError `validation_failed` when there is any. */
  throwIfAny(): void {
    const error = this.toError();
    if (error !== undefined) throw error;
  }
}
