import { PackError } from './pack-error.js';

/**
 * Reads one object of a manifest field by field. Every complaint names file and field, and `end` refuses
 * what nobody asked for: a mistyped optional field would otherwise go unnoticed.
 */
export class ManifestObject {
  private readonly asked = new Set<string>();

  /** @param path of the object inside the file, '' for the whole */
  constructor(
    private readonly file: string,
    private readonly path: string,
    private readonly fields: Readonly<Record<string, unknown>>,
  ) {}

  /** @throws PackError when the text is no JSON object */
  static parse(file: string, text: string): ManifestObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new PackError(`${file} is no JSON: ${(cause as SyntaxError).message}`, { cause });
    }
    if (!isRecord(value)) throw new PackError(`${file} holds no JSON object`);
    return new ManifestObject(file, '', value);
  }

  /** The same object with some fields replaced, or taken out where the value is undefined. */
  with(fields: Readonly<Record<string, unknown>>): ManifestObject {
    const replaced = Object.entries({ ...this.fields, ...fields }).filter(([, value]) => value !== undefined);
    return new ManifestObject(this.file, this.path, Object.fromEntries(replaced));
  }

  has(field: string): boolean {
    return this.fields[field] !== undefined;
  }

  /** `faceplugin.json: detector.file`, for sentences about a field. */
  label(field: string): string {
    return `${this.file}: ${this.where(field)}`;
  }

  /** @param pattern the text must match as a whole; `expected` says so in words */
  text(field: string, pattern = /\S/, expected = 'a text'): string {
    const value = this.read(field);
    if (typeof value !== 'string' || !pattern.test(value)) throw this.wrong(field, expected);
    return value;
  }

  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice {
    const value = this.read(field);
    const choice = choices.find((each) => each === value);
    if (choice === undefined) throw this.wrong(field, `one of ${choices.join(', ')}`);
    return choice;
  }

  number(field: string, least: number, most: number): number {
    const value = this.read(field);
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw this.wrong(field, `a number from ${least} to ${most}`);
    }
    return value;
  }

  whole(field: string, least: number, most: number): number {
    const value = this.read(field);
    if (!Number.isSafeInteger(value) || !((value as number) >= least && (value as number) <= most)) {
      throw this.wrong(field, `a whole number from ${least} to ${most}`);
    }
    return value as number;
  }

  flag(field: string): boolean {
    const value = this.read(field);
    if (typeof value !== 'boolean') throw this.wrong(field, 'true or false');
    return value;
  }

  numbers(field: string): number[] {
    const value = this.read(field);
    if (!Array.isArray(value) || value.length === 0 || !value.every((each) => Number.isFinite(each))) {
      throw this.wrong(field, 'a list of numbers');
    }
    return value as number[];
  }

  object(field: string): ManifestObject {
    const value = this.read(field);
    if (!isRecord(value)) throw this.wrong(field, 'an object');
    return new ManifestObject(this.file, this.where(field), value);
  }

  objects(field: string): ManifestObject[] {
    const value = this.read(field);
    if (!Array.isArray(value) || value.length === 0) throw this.wrong(field, 'a list of objects');
    return value.map((each: unknown, index) => {
      if (!isRecord(each)) throw this.wrong(`${field}[${index}]`, 'an object');
      return new ManifestObject(this.file, this.where(`${field}[${index}]`), each);
    });
  }

  /** Whether a field holds this text. */
  is(field: string, text: string): boolean {
    return this.read(field) === text;
  }

  /** Names and texts of all fields. */
  texts(): [string, string][] {
    return Object.keys(this.fields).map((name) => [name, this.text(name)]);
  }

  /** Names and objects of all fields. */
  entries(): [string, ManifestObject][] {
    return Object.keys(this.fields).map((name) => [name, this.object(name)]);
  }

  wrong(field: string, expected: string): PackError {
    const value = this.fields[field];
    return new PackError(
      value === undefined
        ? `${this.label(field)} is missing, expected ${expected}`
        : `${this.label(field)} is ${shorten(JSON.stringify(value))}, expected ${expected}`,
    );
  }

  /** @throws PackError when the object has a field that was not read */
  end(): void {
    const unknown = Object.keys(this.fields).find((field) => !this.asked.has(field));
    if (unknown !== undefined) {
      throw new PackError(
        `${this.label(unknown)} is not known here; known are ${[...this.asked].sort().join(', ')}`,
      );
    }
  }

  private read(field: string): unknown {
    this.asked.add(field);
    return this.fields[field];
  }

  private where(field: string): string {
    return this.path === '' ? field : `${this.path}.${field}`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
