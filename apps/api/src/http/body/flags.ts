import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { FieldErrors } from '../validation/field-errors.js';

/**
 * Flags that came as text (form fields, query parameters) in the types that the DTO declares. What does not
 * read as its type stays text: the validation that follows says what is wrong with it.
 */
export function readFlags(
  flags: Iterable<readonly [string, string]>,
  dto: Type<object>,
): Record<string, unknown> {
  return Object.fromEntries(
    [...flags].map(([name, text]) => [name, convert(text, declaredType(dto, name))] as const),
  );
}

/** Types of flags; everything else of a request comes in its body alone. */
const flagTypes: readonly unknown[] = [Boolean, Number, String];

/**
 * Flags of the query string, in the types of the DTO.
 * @param known only those that the DTO has: what else clients and proxies write there is not ours
 * @throws FaceError `validation_failed` for one that is given more than once
 */
export function readQueryFlags(
  request: IncomingMessage,
  dto: Type<object>,
  { known }: { readonly known: boolean },
): Record<string, unknown> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const errors = new FieldErrors();
  const flags = new Map<string, string>();
  for (const [name, text] of searchParams) {
    if (known && !flagTypes.includes(declaredType(dto, name))) continue;
    if (flags.has(name)) errors.add(name, 'is given more than once');
    flags.set(name, text);
  }
  errors.throwIfAny();
  return readFlags(flags, dto);
}

function declaredType(dto: Type<object>, name: string): unknown {
  return Reflect.getMetadata('design:type', dto.prototype as object, name);
}

function convert(text: string, type: unknown): unknown {
  if (type === Boolean && /^(true|1)$/i.test(text)) return true;
  if (type === Boolean && /^(false|0)$/i.test(text)) return false;
  if (type === Number && /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  return text;
}
