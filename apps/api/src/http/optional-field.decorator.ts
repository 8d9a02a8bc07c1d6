import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';

/** Describes an optional field of a request: `null` counts as not given (see check-body.ts), which many clients send. */
export function OptionalField(options: ApiPropertyOptions): PropertyDecorator {
  const choices =
    'enum' in options && Array.isArray(options.enum) ? [...(options.enum as unknown[]), null] : null;
  return ApiPropertyOptional({
    ...options,
    nullable: true,
    ...(choices === null ? {} : { enum: choices }),
  });
}
