import type { OpenAPIObject } from '@nestjs/swagger';
import { expect, it } from 'vitest';
import { closeBodies } from './closed-body-document.js';

it('closes what a request is made of, and no answer', () => {
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const json = (name: string) => ({ 'application/json': { schema: ref(name) } });
  const object = (properties: object) => ({ type: 'object', properties });
  const document = {
    openapi: '3.0.0',
    info: { title: '', version: '' },
    paths: {
      '/a': {
        post: {
          requestBody: { content: json('Request') },
          responses: { 200: { description: '', content: json('Answer') } },
        },
      },
      '/b': { get: { responses: {} } },
    },
    components: {
      schemas: {
        Request: object({ rows: { type: 'array', items: ref('Row') }, flag: { type: 'boolean' } }),
        Row: object({ id: { type: 'string' } }),
        Answer: object({ id: { type: 'string' } }),
      },
    },
  } as unknown as OpenAPIObject;
  const { schemas } = closeBodies(document).components ?? {};
  expect(schemas).toMatchObject({
    Request: { additionalProperties: false },
    Row: { additionalProperties: false },
  });
  expect(schemas?.['Answer']).not.toHaveProperty('additionalProperties');
});
