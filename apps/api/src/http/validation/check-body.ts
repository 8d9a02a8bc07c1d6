import { FaceError } from '@face/errors';
import type { Type } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { checksOf } from './checked-by.decorator.js';
import { FieldErrors } from './field-errors.js';
import { isObject } from './list-of.js';

/**
 * The body as an instance of its DTO. Values are taken over as they are, without copying or converting what
 * is inside them; `null` counts as not given.
 * @throws FaceError `validation_failed` naming each field that does not fit, unknown ones too.
 */
export function checkBody<Dto extends object>(value: unknown, type: Type<Dto>): Dto {
  if (!isObject(value)) throw new FaceError('validation_failed', 'The body must be an object.');
  const errors = new FieldErrors();
  const dto = new type();
  const known = knownFields(type);
  for (const [name, field] of Object.entries(value)) {
    if (!known.has(name)) errors.add(name, 'is not a known field');
    else if (field !== null) (dto as Record<string, unknown>)[name] = field;
  }
  const found = validateSync(dto, {
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  for (const error of found) report(error, errors);
  for (const [name, check] of checksOf(type.prototype as object)) {
    check((dto as Record<string, unknown>)[name], name, errors);
  }
  errors.throwIfAny();
  return dto;
}

function report({ property, constraints = {} }: ValidationError, errors: FieldErrors): void {
  for (const message of Object.values(constraints)) {
    // class-validator starts its sentences with the name that `path` says already.
    const words = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
    errors.add(property, words);
  }
}

const fieldsOfType = new WeakMap<Type<object>, ReadonlySet<string>>();

/**
 * Names with any decorator of class-validator. Not its own whitelist: that looks names up in a plain object,
 * so `constructor` and `__proto__` would count as known.
 */
function knownFields(type: Type<object>): ReadonlySet<string> {
  let fields = fieldsOfType.get(type);
  if (fields === undefined) {
    const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    fields = new Set(metadata.map(({ propertyName }) => propertyName));
    fieldsOfType.set(type, fields);
  }
  return fields;
}
