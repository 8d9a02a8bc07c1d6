import 'reflect-metadata';
import type { Type } from '@nestjs/common';

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

function declaredType(dto: Type<object>, name: string): unknown {
  return Reflect.getMetadata('design:type', dto.prototype as object, name);
}

function convert(text: string, type: unknown): unknown {
  if (type === Boolean && /^(true|1)$/i.test(text)) return true;
  if (type === Boolean && /^(false|0)$/i.test(text)) return false;
  if (type === Number && /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  return text;
}
