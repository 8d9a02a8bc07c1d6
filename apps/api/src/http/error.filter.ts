import { FaceError } from '@face/errors';
import { noteFailure } from '@face/observability';
import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { discardBody } from './body/discard-body.js';
import type { ErrorBody } from './error-body.js';
import { requestContextOf } from './request-context.js';
import { statusOfCode } from './status-table.js';

/** Turns whatever was thrown into the one error body, in the one place where that happens. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = toFaceError(exception, request, response);
    const status = statusOfCode[error.code];
    const { requestId, record } = requestContextOf(request);
    record.error = error;
    // The request's line in the log carries it, with its cause and stack; the caller sees only the sentence.
    if (status >= 500) noteFailure(response, error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    discardBody(request, response);
    if (status === 401) response.setHeader('WWW-Authenticate', 'ApiKey header="X-API-KEY"');
    if (status === 429 || status === 503) {
      response.setHeader('Retry-After', Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1)));
    }
    response.status(status).json(bodyOf(error, requestId));
  }
}

function bodyOf(error: FaceError, requestId: string): ErrorBody {
  return {
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...(error.image === undefined ? {} : { image: error.image }),
  };
}

function toFaceError(exception: unknown, request: Request, response: Response): FaceError {
  if (exception instanceof FaceError) return exception;
  if (exception instanceof NotFoundException) return noHandler(request, response);
  if (exception instanceof HttpException && exception.getStatus() < 500) {
    // Nothing of ours throws these: it is Express, which could not read the address.
    return new FaceError('not_found', 'The address of the request cannot be read.', { cause: exception });
  }
  return new FaceError('internal', 'The server failed; its log has the reason under the request id.', {
    cause: exception,
  });
}

function noHandler(request: Request, response: Response): FaceError {
  const methods = allowedMethods(request.app as Express, request.path);
  if (methods.length === 0) return new FaceError('not_found', 'There is nothing at this address.');
  response.setHeader('Allow', methods.join(', '));
  return new FaceError(
    'method_not_allowed',
    `This address takes ${methods.join(', ')}, not ${request.method}.`,
  );
}
