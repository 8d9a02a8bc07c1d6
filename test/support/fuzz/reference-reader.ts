/**
 * A reader of protobuf that shares nothing with the code under test: slow, strict and short. It merges what comes
 * several times as the language guide says, https://protobuf.dev/programming-guides/encoding.
 */

export interface ReferenceParameter {
  readonly kind: 'bool' | 'int64' | 'string' | 'double' | 'uint64' | 'none';
  readonly value: boolean | bigint | string | number | null;
}

export interface ReferenceTensor {
  name: string;
  datatype: string;
  shape: bigint[];
  parameters: Map<string, ReferenceParameter>;
  /** Values of each field of the contents, by its number, as bytes of an element each; null: no contents. */
  contents: Map<number, Buffer[]> | null;
}

export interface ReferenceRequest {
  modelName: string;
  modelVersion: string;
  id: string;
  parameters: Map<string, ReferenceParameter>;
  inputs: ReferenceTensor[];
  outputs: ReferenceTensor[];
  raw: Buffer[];
  /** Whether it holds something that protobuf allows and no writer writes; a server may refuse it then. */
  odd: boolean;
}

/** Thrown for bytes that are no message. */
export class Malformed extends Error {}

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of wire types 0, 1 and 5, without a sign. */
  readonly number64: bigint;
  readonly bytes: Buffer;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readRequest(bytes: Buffer): ReferenceRequest {
  const request: ReferenceRequest = {
    modelName: '',
    modelVersion: '',
    id: '',
    parameters: new Map(),
    inputs: [],
    outputs: [],
    raw: [],
    odd: false,
  };
  for (const field of fieldsOf(bytes, request)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) request.modelName = text(field.bytes);
    if (field.number === 2) request.modelVersion = text(field.bytes);
    if (field.number === 3) request.id = text(field.bytes);
    if (field.number === 4) readEntry(field.bytes, request.parameters, request);
    if (field.number === 5) request.inputs.push(readTensor(field.bytes, request, 4));
    if (field.number === 6) request.outputs.push(readTensor(field.bytes, request, 2));
    if (field.number === 7) request.raw.push(field.bytes);
  }
  return request;
}

/** @param parametersField 4 of an input, which has datatype, shape and contents as well; 2 of an output */
function readTensor(bytes: Buffer, request: ReferenceRequest, parametersField: 2 | 4): ReferenceTensor {
  const tensor: ReferenceTensor = {
    name: '',
    datatype: '',
    shape: [],
    parameters: new Map(),
    contents: null,
  };
  const isInput = parametersField === 4;
  for (const field of fieldsOf(bytes, request)) {
    const { number, wire } = field;
    if (number === 1 && wire === 2) tensor.name = text(field.bytes);
    else if (number === parametersField && wire === 2) readEntry(field.bytes, tensor.parameters, request);
    else if (!isInput) continue;
    else if (number === 2 && wire === 2) tensor.datatype = text(field.bytes);
    else if (number === 3 && wire === 0) tensor.shape.push(BigInt.asIntN(64, field.number64));
    else if (number === 3 && wire === 2) {
      tensor.shape.push(...varintsOf(field.bytes, request).map((value) => BigInt.asIntN(64, value)));
    } else if (number === 5 && wire === 2) {
      if (tensor.contents !== null) request.odd = true;
      tensor.contents ??= new Map();
      readContents(field.bytes, tensor.contents, request);
    }
  }
  return tensor;
}

/** Bytes of an element of each field of numbers, 0 for booleans, which are one byte whatever the number. */
const widths = new Map([
  [1, 0],
  [2, 4],
  [3, 8],
  [4, 4],
  [5, 8],
]);

function readContents(bytes: Buffer, contents: Map<number, Buffer[]>, request: ReferenceRequest): void {
  const add = (number: number, values: Buffer[]) => {
    contents.set(number, [...(contents.get(number) ?? []), ...values]);
  };
  for (const { number, wire, number64, bytes: content } of fieldsOf(bytes, request)) {
    const width = widths.get(number);
    if (width !== undefined && (wire === 0 || wire === 2)) {
      const values = wire === 0 ? [number64] : varintsOf(content, request);
      add(
        number,
        values.map((value) => (width === 0 ? Buffer.of(value === 0n ? 0 : 1) : littleEndian(value, width))),
      );
    }
    const fixed = number === 6 ? 4 : number === 7 ? 8 : 0;
    if (fixed !== 0 && wire === (fixed === 4 ? 5 : 1)) add(number, [littleEndian(number64, fixed)]);
    if (fixed !== 0 && wire === 2) {
      if (content.length % fixed !== 0) throw new Malformed();
      const count = content.length / fixed;
      add(
        number,
        Array.from({ length: count }, (_, index) => content.subarray(index * fixed, (index + 1) * fixed)),
      );
    }
    if (number === 8 && wire === 2) add(number, [content]);
  }
}

function readEntry(bytes: Buffer, map: Map<string, ReferenceParameter>, request: ReferenceRequest): void {
  let key = '';
  let parameter: ReferenceParameter = { kind: 'none', value: null };
  let values = 0;
  for (const { number, wire, bytes: content } of fieldsOf(bytes, request)) {
    if (number === 1 && wire === 2) key = text(content);
    if (number !== 2 || wire !== 2) continue;
    values += 1;
    parameter = readParameter(content, parameter, request);
  }
  // Objects of JavaScript cannot have it as an ordinary key.
  if (values !== 1 || key === '__proto__') request.odd = true;
  map.set(key, parameter);
}

function readParameter(
  bytes: Buffer,
  before: ReferenceParameter,
  request: ReferenceRequest,
): ReferenceParameter {
  let parameter = before;
  for (const { number, wire, number64, bytes: content } of fieldsOf(bytes, request)) {
    if (number === 1 && wire === 0) parameter = { kind: 'bool', value: number64 !== 0n };
    if (number === 2 && wire === 0) parameter = { kind: 'int64', value: BigInt.asIntN(64, number64) };
    if (number === 3 && wire === 2) parameter = { kind: 'string', value: text(content) };
    if (number === 4 && wire === 1) parameter = { kind: 'double', value: 0 };
    if (number === 5 && wire === 0) parameter = { kind: 'uint64', value: number64 };
  }
  return parameter;
}

function text(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Malformed();
  }
}

function littleEndian(value: bigint, width: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes.subarray(0, width);
}

function varintsOf(bytes: Buffer, request: ReferenceRequest): bigint[] {
  const cursor = { at: 0 };
  const values: bigint[] = [];
  while (cursor.at < bytes.length) values.push(readVarint(bytes, cursor, request));
  return values;
}

function fieldsOf(bytes: Buffer, request: ReferenceRequest): Field[] {
  const cursor = { at: 0 };
  const fields: Field[] = [];
  while (cursor.at < bytes.length) {
    const field = readField(bytes, cursor, request, 0);
    if (field === 'end of a group') throw new Malformed();
    fields.push(field);
  }
  return fields;
}

interface Cursor {
  at: number;
}

function readField(
  bytes: Buffer,
  cursor: Cursor,
  request: ReferenceRequest,
  depth: number,
  group?: number,
): Field | 'end of a group' {
  const written = readVarint(bytes, cursor, request, 5);
  const tag = BigInt.asUintN(32, written);
  if (tag !== written) request.odd = true;
  const number = Number(tag >> 3n);
  const wire = Number(tag & 7n);
  if (number === 0 || depth > 100) throw new Malformed();
  const field = { number, wire, number64: 0n, bytes: Buffer.alloc(0) };
  const take = (length: bigint) => {
    if (length > BigInt(bytes.length - cursor.at)) throw new Malformed();
    const taken = bytes.subarray(cursor.at, cursor.at + Number(length));
    cursor.at += Number(length);
    return taken;
  };
  switch (wire) {
    case 0:
      return { ...field, number64: readVarint(bytes, cursor, request) };
    case 1:
      return { ...field, number64: take(8n).readBigUInt64LE() };
    case 2:
      return { ...field, bytes: take(readVarint(bytes, cursor, request, 5)) };
    case 3:
      while (readField(bytes, cursor, request, depth + 1, number) !== 'end of a group');
      return field;
    case 4:
      if (number === group) return 'end of a group';
      throw new Malformed();
    case 5:
      return { ...field, number64: BigInt(take(4n).readUInt32LE()) };
    default:
      throw new Malformed();
  }
}

/** @param usual bytes at most that writers use for such a number; more are odd */
function readVarint(bytes: Buffer, cursor: Cursor, request: ReferenceRequest, usual = 10): bigint {
  let value = 0n;
  for (let count = 0; count < 10; count++) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new Malformed();
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) {
      if (count >= usual) request.odd = true;
      return BigInt.asUintN(64, value);
    }
  }
  throw new Malformed();
}
