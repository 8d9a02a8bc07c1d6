import 'reflect-metadata';
import { Allow } from 'class-validator';
import type { FieldErrors } from './field-errors.js';

/** Looks at one value and adds what is wrong with it; `path` is where it stands in the body. */
export type Check = (value: unknown, path: string, errors: FieldErrors) => void;

const key = 'face:checks';

/**
 * Checks a property with one function of ours instead of class-validator: for lists that may hold a thousand
 * rows or a million numbers, where walking every element through decorators would cost more than the work.
 * The property is required: the check sees `undefined` when it is missing.
 */
export function CheckedBy(check: Check): PropertyDecorator {
  return (target, property) => {
    Allow()(target, property);
    const inherited = checksOf(target);
    Reflect.defineMetadata(key, new Map([...inherited, [String(property), check]]), target);
  };
}

/** By property name, the ones of the parent classes included. */
export function checksOf(prototype: object): ReadonlyMap<string, Check> {
  return (Reflect.getMetadata(key, prototype) as ReadonlyMap<string, Check> | undefined) ?? new Map();
}
