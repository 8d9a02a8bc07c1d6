import { FaceError } from '@face/errors';
import type { Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
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
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    // Defined, not assigned: a field named __proto__ must become a property, never the prototype.
    Object.defineProperty(dto, name, { value: field, enumerable: true, writable: true, configurable: true });
  }
  const found = validateSync(dto, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
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
  for (const [kind, message] of Object.entries(constraints)) {
    // class-validator starts its sentences with the name that `path` says already.
    const words = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
    errors.add(property, kind === 'whitelistValidation' ? 'is not a known field' : words);
  }
}
