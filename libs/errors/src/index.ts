export { errorCodes, FaceError } from './face-error.js';
export type { ErrorCode, FaceErrorOptions, FieldError, ImageReference } from './face-error.js';
