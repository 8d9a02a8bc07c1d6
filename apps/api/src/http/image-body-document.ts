import type { OpenAPIObject } from '@nestjs/swagger';
import { imageBodyExtension } from './endpoint.decorator.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
type ObjectSchema = Exclude<Schema, { $ref: string }>;

/**
 * Completes the operations whose body may also be a form or one image (see BodyRule): the same fields as in
 * their JSON schema, as form fields beside the files and as query parameters beside a bare image.
 */
export function addImageBodies(document: OpenAPIObject): OpenAPIObject {
  for (const { post } of Object.values(document.paths)) {
    if (post === undefined || !(imageBodyExtension in post)) continue;
    delete (post as unknown as Record<string, unknown>)[imageBodyExtension];
    addTo(post, document);
  }
  return document;
}

const binary: ObjectSchema = { type: 'string', format: 'binary' };

function addTo(operation: Operation, document: OpenAPIObject): void {
  const body = operation.requestBody;
  if (body === undefined || '$ref' in body) throw new Error('An image body without a JSON schema beside it.');
  const flags = flagsOf(body.content['application/json']?.schema, document);
  body.content['multipart/form-data'] = {
    schema: {
      type: 'object',
      required: ['images'],
      properties: {
        images: {
          type: 'array',
          minItems: 1,
          items: binary,
          description: 'One or more photos, each a file.',
        },
        ...Object.fromEntries(flags),
      },
    },
  };
  body.content['application/octet-stream'] = { schema: binary };
  body.content['image/*'] = { schema: binary };
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...flags.map(([name, { description = '', ...schema }]) => ({
      name,
      in: 'query' as const,
      required: false,
      description: `${description} Read when the body does not say it: one bare image never does.`.trim(),
      schema: withoutExample(schema),
    })),
  ];
}

/** Swagger UI would fill it in and send it along. */
function withoutExample(schema: ObjectSchema): ObjectSchema {
  const copy = { ...schema };
  delete copy.example;
  return copy;
}

/** A form and a query string have no null. */
function withoutNull(schema: ObjectSchema): ObjectSchema {
  const copy = { ...schema };
  delete copy.nullable;
  if (copy.enum !== undefined) copy.enum = copy.enum.filter((choice) => choice !== null);
  return copy;
}

/** Every field of the JSON body but the photos. */
function flagsOf(schema: Schema | undefined, document: OpenAPIObject): [string, ObjectSchema][] {
  const resolved = resolve(schema, document);
  return Object.entries(resolved.properties ?? {})
    .filter(([name]) => name !== 'images')
    .map(([name, property]) => [name, asText(withoutNull(resolve(property, document)))]);
}

/** What text may stand for, see readFlags. */
function asText(schema: ObjectSchema): ObjectSchema {
  if (schema.type !== 'boolean') return schema;
  const { type, ...others } = schema;
  return { ...others, anyOf: [{ type }, { type: 'integer', enum: [0, 1] }] };
}

function resolve(schema: Schema | undefined, document: OpenAPIObject): ObjectSchema {
  if (schema === undefined) throw new Error('A body has no schema.');
  if (!('$ref' in schema)) return schema;
  return resolve(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''], document);
}
