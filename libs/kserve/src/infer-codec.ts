import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ModelInferRequest, ModelInferResponse } from './generated/inference/grpc_service.js';
import { type MessageLayout, checkWire, mapEntryLayout } from './wire-check.js';

/**
 * ModelInfer carries megabytes of raw tensors in its last field. The generated writer would copy them through a
 * growing buffer (2 to 3 ms for a detector input); here the generated code writes only what comes before them, and
 * each tensor is copied once, to its place in a buffer of the final size. Reading gives views, no copies.
 */

const contentsLayout: MessageLayout = {
  1: 'varints',
  2: 'varints',
  3: 'varints',
  4: 'varints',
  5: 'varints',
  6: 'fixed32',
  7: 'fixed64',
};
/** Inputs of a request and outputs of a response are built alike. */
const tensorLayout: MessageLayout = {
  3: 'varints',
  4: mapEntryLayout,
  5: contentsLayout,
  single: { field: 5, required: false },
};
const requestLayout: MessageLayout = { 4: mapEntryLayout, 5: tensorLayout, 6: { 2: mapEntryLayout } };
const responseLayout: MessageLayout = { 4: mapEntryLayout, 5: tensorLayout };

/** Field 7 of ModelInferRequest and field 6 of ModelInferResponse, wire type 2 (length-delimited). */
const requestRawTag = (7 << 3) | 2;
const responseRawTag = (6 << 3) | 2;

/** A varint of 64 bits is at most this long. */
const maxVarintBytes = 10;

/** `rawInputContents` are copied once. */
export function encodeInferRequest(request: ModelInferRequest): Buffer {
  const header = ModelInferRequest.encode({ ...request, rawInputContents: [] }).finish();
  return appendRaw(header, requestRawTag, request.rawInputContents);
}

/**
 * `rawInputContents` are views into `bytes`, at any offset.
 * @throws Error when the bytes are no such message, or a string in it is not UTF-8.
 */
export function decodeInferRequest(bytes: Uint8Array): ModelInferRequest {
  checkWire(bytes, requestLayout);
  const request = decodeStrictly(ModelInferRequest, bytes);
  for (const { parameters } of [request, ...request.inputs, ...request.outputs]) {
    // The generated reader takes the name for the prototype of its object, and nobody would see the parameter.
    if (Object.getPrototypeOf(parameters) !== Object.prototype) {
      throw new Error("a parameter has the name '__proto__'");
    }
  }
  return request;
}

/** `rawOutputContents` are copied once. */
export function encodeInferResponse(response: ModelInferResponse): Buffer {
  const header = ModelInferResponse.encode({ ...response, rawOutputContents: [] }).finish();
  return appendRaw(header, responseRawTag, response.rawOutputContents);
}

/**
 * `rawOutputContents` are views into `bytes`, at any offset.
 * @throws Error when the bytes are no such message, or a string in it is not UTF-8.
 */
export function decodeInferResponse(bytes: Uint8Array): ModelInferResponse {
  checkWire(bytes, responseLayout);
  return decodeStrictly(ModelInferResponse, bytes);
}

export interface MessageDecoder<T> {
  decode(reader: BinaryReader): T;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The generated readers replace wrong UTF-8 and stop without a word at a tag of 0; the protobuf of the real server
 * refuses such messages, and so does this.
 */
export function decodeStrictly<T>(type: MessageDecoder<T>, bytes: Uint8Array): T {
  // A plain view: `slice` of a Buffer gives no copy, which surprises whoever asks for one.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new BinaryReader(plain, (text) => utf8.decode(text));
  const message = type.decode(reader);
  if (reader.pos !== reader.len) throw new Error(`the message ends at byte ${reader.pos} of ${reader.len}`);
  return message;
}

function appendRaw(header: Uint8Array, tag: number, contents: readonly Uint8Array[]): Buffer {
  const capacity = contents.reduce(
    (sum, content) => sum + 1 + maxVarintBytes + content.byteLength,
    header.byteLength,
  );
  const message = Buffer.allocUnsafe(capacity);
  message.set(header, 0);
  let position = header.byteLength;
  for (const content of contents) {
    message[position++] = tag;
    position = writeVarint(message, position, content.byteLength);
    message.set(content, position);
    position += content.byteLength;
  }
  return message.subarray(0, position);
}

function writeVarint(target: Uint8Array, position: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    target[position++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[position++] = rest;
  return position;
}
