import { applyDecorators, HttpCode, SetMetadata, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiExtension,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
} from '@nestjs/swagger';
import type { JsonParser } from './body/json-parser.js';
import { ErrorBody } from './error-body.js';
import { statusMeaning } from './status-table.js';

export const apiKeyScheme = 'api-key';

/** Metadata of a handler: what its body may be. Handlers without it never read one. */
export const bodyRuleKey = 'face:body';

/** Extension that marks operations whose body may also be multipart or one image; see openapi-document.ts. */
export const imageBodyExtension = 'x-image-body';

export interface BodyRule {
  /** The class that the body is checked against. */
  readonly type: Type<object>;
  /**
   * `json`: application/json only. `images`: also multipart/form-data (files in the field `images`, flags as
   * text fields) and a single application/octet-stream or image/* body (flags as query parameters); all of
   * them reach the DTO as `{ images: [{ id?, data: string | Uint8Array }], ...flags }`.
   */
  readonly accepts: 'json' | 'images';
  /** A provider of the feature's module that reads JSON in the place of JSON.parse. */
  readonly parser?: Type<JsonParser>;
}

export interface EndpointOptions {
  readonly summary: string;
  readonly description?: string;
  readonly body?: BodyRule & {
    /** True examples by name, shown in Swagger UI. */
    readonly examples: Readonly<Record<string, { readonly summary: string; readonly value: object }>>;
  };
  readonly answer: { readonly type: Type<object>; readonly example: object };
}

/**
 * A handler of the API proper: asks for the API key (the guard is global, `@Public()` opens), answers 200,
 * says what body it takes, and documents all of that.
 */
export function Endpoint({ summary, description, body, answer }: EndpointOptions): MethodDecorator {
  const statuses = [401, 429, 500, 502, 503, 504, ...(body === undefined ? [] : [400, 413, 415, 422])];
  return applyDecorators(
    HttpCode(200),
    ApiSecurity(apiKeyScheme),
    ApiOperation({ summary, ...(description === undefined ? {} : { description }) }),
    ApiOkResponse({ description: 'Success.', type: answer.type, example: answer.example }),
    ...statuses
      .sort((a, b) => a - b)
      .map((status) => ApiResponse({ status, description: statusMeaning[status] ?? '', type: ErrorBody })),
    ...(body === undefined ? [] : bodyDecorators(body)),
  );
}

function bodyDecorators(body: NonNullable<EndpointOptions['body']>): MethodDecorator[] {
  const { examples, ...rule } = body;
  return [
    SetMetadata(bodyRuleKey, rule satisfies BodyRule),
    ApiBody({ type: body.type, required: true, examples: { ...examples } }),
    ...(body.accepts === 'images' ? [ApiExtension(imageBodyExtension, true)] : []),
  ];
}
