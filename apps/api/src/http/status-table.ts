import type { ErrorCode } from '@face/errors';

/** The one place where a code becomes an HTTP status. */
export const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  invalid_base64: 400,
  invalid_image: 400,
  unsupported_image_format: 400,
  image_too_large: 400,
  too_many_images: 400,
  too_many_candidates: 400,
  wrong_dimension: 400,
  non_finite_number: 400,
  zero_embedding: 400,
  invalid_embedding: 400,
  contract_mismatch: 400,
  malformed_request: 400,
  unauthorized: 401,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  payload_too_large: 413,
  unsupported_media_type: 415,
  malformed_body: 422,
  validation_failed: 422,
  overloaded: 429,
  too_many_wrong_keys: 429,
  headers_too_large: 431,
  // Nobody reads it: the caller has gone. nginx' number, so that logs tell it from a failure of ours.
  cancelled: 499,
  internal: 500,
  triton_failed: 502,
  triton_misconfigured: 502,
  native_failed: 502,
  not_ready: 503,
  deadline_exceeded: 504,
};

/** What a status means to a caller, for the OpenAPI document. */
export const statusMeaning: Readonly<Record<number, string>> = {
  400: 'Content that cannot be used: bad base64, an image that does not decode, a wrong dimension ...',
  401: 'The key in X-API-KEY is missing or wrong; told before the body is read.',
  404: 'No such address.',
  405: 'The address does not know this method; `Allow` lists those it knows.',
  413: 'The body, or one of its images, is larger than allowed.',
  415: 'The media type or content encoding is not accepted here.',
  422: 'The body does not fit the schema; `errors` names each field.',
  429: 'Too many requests at a time, or too many wrong keys; `Retry-After` says when to try again.',
  500: 'A failure of this server.',
  502: 'Triton or a native library failed.',
  503: 'Not ready; `Retry-After` says when to try again.',
  504: 'The deadline of the request passed.',
};
