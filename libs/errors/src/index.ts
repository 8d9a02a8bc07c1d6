export { errorCodes, FaceError } from './face-error.js';
export type { ErrorCode, FaceErrorOptions, FieldError, ImageReference, Limit } from './face-error.js';
