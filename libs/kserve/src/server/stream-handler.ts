import type { MethodDefinition, Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ModelStreamInferResponse } from '../generated/inference/grpc_service.js';
import type { CallContext } from './call-context.js';
import { withinTraceOf } from './inference-record.js';
import type { ModelInferRequest, ModelInferResponse } from './messages.js';
import { ProtocolError } from './protocol-error.js';
import { type HandlerOptions, parseRequest, statusOf } from './unary-handlers.js';

/** Requests of one stream that are worked on side by side; more wait in the connection. */
const maxAtOnce = 16;

type Infer = (request: ModelInferRequest, context: CallContext) => Promise<ModelInferResponse>;

/**
 * Adds ModelStreamInfer: answers in the order of the requests, errors inside of the stream, which goes on. A message
 * that cannot be parsed is the end of the stream, as with the real server: what came before it is answered.
 */
export function addStreamHandler(
  server: Server,
  method: MethodDefinition<ModelInferRequest, ModelStreamInferResponse>,
  infer: Infer,
  { report, isSameHost }: HandlerOptions,
): void {
  const serve = async (call: ServerDuplexStream<Buffer, ModelStreamInferResponse>) => {
    const abort = new AbortController();
    call.once('cancelled', () => abort.abort());
    const context = {
      signal: abort.signal,
      deadline: Number(call.getDeadline()),
      sameHost: isSameHost(call),
    };
    let running = 0;
    let sent = Promise.resolve();
    // To stop reading must not close the other direction.
    for await (const bytes of call.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const request = parseOrNull(bytes, method);
      if (request === null) break;
      const answer = withinTraceOf(call.metadata, () => infer(request, context)).then(
        accepted,
        (error: unknown) => {
          if (!(error instanceof ProtocolError)) report(method.path, error);
          return refused(request, statusOf(error).details);
        },
      );
      running += 1;
      sent = sent.then(async () => {
        const message = await answer;
        running -= 1;
        if (!abort.signal.aborted) call.write(message);
      });
      if (running >= maxAtOnce) await sent;
    }
    await sent;
    call.end();
  };
  server.addService(
    { modelStreamInfer: { ...method, requestDeserialize: (bytes: Buffer) => bytes } },
    {
      modelStreamInfer: (call: ServerDuplexStream<Buffer, ModelStreamInferResponse>) => {
        serve(call).catch((error: unknown) => call.emit('error', statusOf(error)));
      },
    },
  );
}

function accepted(response: ModelInferResponse): ModelStreamInferResponse {
  const parameters = {
    ...response.parameters,
    // One answer a request: each is the last.
    triton_final_response: { parameterChoice: { $case: 'boolParam' as const, value: true } },
  };
  return { errorMessage: '', inferResponse: { ...response, parameters } };
}

function refused({ id }: ModelInferRequest, errorMessage: string): ModelStreamInferResponse {
  return ModelStreamInferResponse.fromPartial({ errorMessage, inferResponse: { id } });
}

function parseOrNull(
  bytes: Buffer,
  method: Pick<MethodDefinition<ModelInferRequest, unknown>, 'requestDeserialize'>,
): ModelInferRequest | null {
  try {
    return parseRequest(bytes, method);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
