import {
  type MethodDefinition,
  type Server,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { CallContext } from './call-context.js';
import { withinTraceOf } from './inference-record.js';
import { ProtocolError } from './protocol-error.js';

/** One function for each method; what it throws or rejects with becomes the status of the call. */
export type UnaryHandlers<Service> = {
  readonly [Method in keyof Service]: Service[Method] extends MethodDefinition<infer Request, infer Response>
    ? (request: Request, context: CallContext) => Response | Promise<Response>
    : never;
};

/** Called with every error that is not a ProtocolError: a fault of ours, of which the client learns no details. */
export type ReportFault = (method: string, error: unknown) => void;

/** What all handlers of a server have in common. */
export interface HandlerOptions {
  readonly report: ReportFault;
  /** Whether the client of a call runs on the same host. */
  readonly isSameHost: (call: { getPeer(): string }) => boolean;
}

/**
 * Adds unary methods to a server.
 *
 * Requests are parsed here and not by grpc-js, which would answer an unparsable one with words of its own.
 */
export function addUnaryHandlers<Service extends ServiceDefinition>(
  server: Server,
  service: Service,
  handlers: UnaryHandlers<Service>,
  options: HandlerOptions,
): void {
  const { report } = options;
  const definitions: Record<string, MethodDefinition<Buffer, unknown>> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(service)) {
    definitions[name] = { ...method, requestDeserialize: (bytes) => bytes };
    const handle = handlers[name] as (request: unknown, context: CallContext) => unknown;
    implementation[name] = (call: ServerUnaryCall<Buffer, unknown>, callback: sendUnaryData<unknown>) => {
      void answer(call, method, handle, options).then(
        (response) => callback(null, response),
        (error: unknown) => {
          if (!(error instanceof ProtocolError)) report(method.path, error);
          callback(statusOf(error));
        },
      );
    };
  }
  server.addService(definitions, implementation);
}

async function answer(
  call: ServerUnaryCall<Buffer, unknown>,
  method: MethodDefinition<unknown, unknown>,
  handle: (request: unknown, context: CallContext) => unknown,
  { isSameHost }: HandlerOptions,
): Promise<unknown> {
  const abort = new AbortController();
  call.once('cancelled', () => abort.abort());
  if (call.cancelled) abort.abort();
  const request = parseRequest(call.request, method);
  const context = {
    signal: abort.signal,
    deadline: Number(call.getDeadline()),
    sameHost: isSameHost(call),
  };
  return await withinTraceOf(call.metadata, () => handle(request, context));
}

/** @throws ProtocolError when the bytes are no such message */
export function parseRequest<Request>(
  bytes: Buffer,
  method: Pick<MethodDefinition<Request, unknown>, 'requestDeserialize'>,
): Request {
  try {
    return method.requestDeserialize(bytes);
  } catch (cause) {
    throw new ProtocolError(status.INTERNAL, 'Unable to parse request', { cause });
  }
}

/** What the client is told of an error; of a fault of ours it learns no details. */
export function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof ProtocolError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: 'the server failed to process the request' };
}
