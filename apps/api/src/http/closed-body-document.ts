import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];

/** Says of every object in a request body that it has no other fields than those named: check-body.ts refuses them. */
export function closeBodies(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  for (const { post } of Object.values(document.paths)) {
    const body = post?.requestBody;
    if (body === undefined || '$ref' in body) continue;
    for (const { schema } of Object.values(body.content)) if (schema !== undefined) close(schema, schemas);
  }
  return document;
}

function close(schema: Schema, schemas: Schemas): void {
  if ('$ref' in schema) {
    const named = schemas[schema.$ref.split('/').at(-1) ?? ''];
    if (named !== undefined) close(named, schemas);
    return;
  }
  if (schema.items !== undefined) close(schema.items, schemas);
  if (schema.properties === undefined) return;
  schema.additionalProperties = false;
  for (const property of Object.values(schema.properties)) close(property, schemas);
}
