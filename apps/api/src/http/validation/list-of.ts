import type { Check } from './checked-by.decorator.js';

/** What a field of a row has to be. */
export interface RowField {
  readonly required: boolean;
  readonly fits: (value: unknown) => boolean;
  /** Said when it does not fit, as in "must be a string". */
  readonly message: string;
}

/**
 * A list with at least one object of exactly these fields, checked in one tight loop. `null` counts as not
 * given and is taken out of the row, so that nobody behind has to know two kinds of missing.
 */
export function listOf(fields: Readonly<Record<string, RowField>>): Check {
  const known = new Map(Object.entries(fields));
  const required = [...known].filter(([, field]) => field.required).map(([name]) => name);

  return (value, path, errors) => {
    if (!Array.isArray(value) || value.length === 0) {
      errors.add(path, 'must be an array with at least one element');
      return;
    }
    for (let index = 0; index < value.length && !errors.full; index++) {
      const row: unknown = value[index];
      if (!isObject(row)) {
        errors.add(`${path}[${index}]`, 'must be an object');
        continue;
      }
      for (const name of Object.keys(row)) {
        const field = known.get(name);
        if (field === undefined) errors.add(`${path}[${index}].${name}`, 'is not a known field');
        else if (row[name] === null) delete row[name];
        else if (!field.fits(row[name])) errors.add(`${path}[${index}].${name}`, field.message);
      }
      for (const name of required) {
        if (row[name] === undefined) errors.add(`${path}[${index}].${name}`, 'is required');
      }
    }
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
