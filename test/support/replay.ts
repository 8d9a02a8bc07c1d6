import { isDeepStrictEqual } from 'node:util';
import type { ModelInferResponse } from '@face/kserve';
import { Client, type StatusObject, credentials, status } from '@grpc/grpc-js';
import { protobufJson } from './protobuf-json.js';
import { type RecordedAnswer, type RecordedCall, methodOf, pathOf, requestsOf } from './recorded-call.js';

const compressions = { deflate: 1, gzip: 2 } as const;
const usualDeadlineMs = 15_000;
const same = (bytes: Buffer) => bytes;

/** Makes a recorded call to a server, on a connection of its own, and tells what comes of it as it was recorded. */
export async function replay(address: string, call: RecordedCall): Promise<RecordedAnswer> {
  const { compression, deadline_ms: deadlineMs = usualDeadlineMs } = call.options ?? {};
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    ...(compression === undefined ? {} : { 'grpc.default_compression_algorithm': compressions[compression] }),
  });
  try {
    return await answerOf(client, call, Date.now() + deadlineMs);
  } finally {
    client.close();
  }
}

async function answerOf(client: Client, call: RecordedCall, deadline: number): Promise<RecordedAnswer> {
  const method = methodOf(call);
  const streams = method?.responseStream === true;
  // A stream of requests serves for all methods: on the wire they differ in nothing else.
  const stream = client.makeBidiStreamRequest(pathOf(call.method), same, same, { deadline });
  const ended = new Promise<StatusObject>((resolve) => stream.once('status', resolve));
  // Its status tells the same.
  stream.on('error', () => undefined);
  const answers: object[] = [];
  stream.on('data', (bytes: Buffer) => {
    if (method !== undefined) answers.push(method.responseDeserialize(bytes));
  });
  for (const request of requestsOf(call)) stream.write(request);
  stream.end();
  const { code, details, metadata } = await ended;
  // Of an answer without a body grpc-js counts its headers among the trailers.
  metadata.remove('content-type');
  const shown = answers.map((answer) => show(call.method, answer));
  return {
    code,
    // grpc-js has a word for the lack of one.
    text: code === status.OK ? '' : details,
    trailing: metadata.getMap() as Record<string, string>,
    ...(code === status.OK || shown.length > 0 ? { response: streams ? shown : shown[0] } : {}),
  };
}

function show(method: string, answer: object): unknown {
  if (method === 'ModelInfer') return showInference(answer as ModelInferResponse);
  if (method === 'ModelStreamInfer') {
    const { errorMessage, inferResponse } = answer as {
      readonly errorMessage: string;
      readonly inferResponse: ModelInferResponse;
    };
    return { error_message: errorMessage, infer_response: showInference(inferResponse) };
  }
  if (method.startsWith('/grpc.health.v1.')) {
    const { status: health } = answer as { readonly status: number };
    return { status: ['UNKNOWN', 'SERVING', 'NOT_SERVING'][health] };
  }
  return method === 'ModelStatistics' ? null : protobufJson(answer);
}

/** Of the bytes of a tensor their number, and themselves when they are few. */
function showInference({ rawOutputContents, ...rest }: ModelInferResponse): unknown {
  const bytes = (content: Uint8Array) => ({
    len: content.byteLength,
    ...(content.byteLength <= 64 ? { hex: Buffer.from(content).toString('hex') } : {}),
  });
  return { ...protobufJson(rest), raw_output_contents: rawOutputContents.map(bytes) };
}

/**
 * Takes out of an answer what is no promise of any server: the order of outputs and of names in a list, and which of
 * several wrong inputs is named.
 */
export function withoutChance(answer: RecordedAnswer, volatile: boolean): unknown {
  const { code, trailing, response } = answer;
  const text = answer.text
    .replace(/(Got|required) input\(s\) \[?([^\]]*)\]/g, (_, which: string, names: string) => {
      return `${which} input(s) [${names.split(',').sort().join(',')}]`;
    })
    .replace(/input '\w+' batch size does not match/, "input '*' batch size does not match");
  return {
    code,
    text,
    trailing,
    ...(volatile || response === undefined ? {} : { response: sorted(response) }),
  };
}

/** Whether two servers, one of them in C++, have answered alike. */
export function isSameAnswer(ours: RecordedAnswer, real: RecordedAnswer, volatile: boolean): boolean {
  // Servers in C++ send a text that ends with a space as it is, and Node's HTTP/2 then drops it as a header.
  const seen = (answer: RecordedAnswer) =>
    withoutChance({ ...answer, text: answer.text.endsWith(' ') ? '' : answer.text }, volatile);
  return isDeepStrictEqual(seen(ours), seen(real));
}

interface ShownInference {
  readonly outputs?: readonly { readonly name: string }[];
  readonly raw_output_contents?: readonly unknown[];
}

function sorted(response: unknown): unknown {
  if (Array.isArray(response)) return response.map(sorted);
  if (typeof response !== 'object' || response === null) return response;
  if ('infer_response' in response) {
    return { ...response, infer_response: sorted(response.infer_response) };
  }
  const { outputs, raw_output_contents: raw } = response as ShownInference;
  if (outputs === undefined || raw === undefined) return response;
  const pairs = outputs.map((output, index) => [output, raw[index]] as const);
  pairs.sort(([a], [b]) => (a.name < b.name ? -1 : 1));
  return {
    ...response,
    outputs: pairs.map(([output]) => output),
    raw_output_contents: pairs.map(([, content]) => content),
  };
}
