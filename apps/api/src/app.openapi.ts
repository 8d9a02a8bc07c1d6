import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { apiKeyScheme } from './http/endpoint.decorator.js';
import { closeBodies } from './http/closed-body-document.js';
import { addImageBodies } from './http/image-body-document.js';

/** The OpenAPI document of the app: what Swagger UI shows and what openapi.json in the repository holds. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Face Search Backend')
    .setDescription(
      'Finds the faces of photos, aligns and embeds them, and scores the candidates that a vector search returned.',
    )
    .setVersion('3')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-KEY' }, apiKeyScheme)
    .build();
  const document = SwaggerModule.createDocument(app, description, {
    operationIdFactory: (_controller, method) => method,
  });
  return closeBodies(addImageBodies(document));
}
