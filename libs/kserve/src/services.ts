import type { MethodDefinition } from '@grpc/grpc-js';
import type { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { HealthDefinition } from './generated/grpc/health/v1/health.js';
import { GRPCInferenceServiceDefinition } from './generated/inference/grpc_service.js';
import {
  decodeInferRequest,
  decodeInferResponse,
  decodeStrictly,
  encodeInferRequest,
  encodeInferResponse,
} from './infer-codec.js';
import { type MessageLayout, checkWire, mapEntryLayout } from './wire-check.js';

interface MessageShape {
  /** The method is called with its own message type only, which the shape of all methods cannot tell. */
  encode(message: never): BinaryWriter;
  decode(reader: BinaryReader): unknown;
}

interface MethodShape {
  readonly name: string;
  readonly requestType: MessageShape;
  readonly requestStream: boolean;
  readonly responseType: MessageShape;
  readonly responseStream: boolean;
}

interface ServiceShape {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodShape>>;
}

type MessageOf<Type> = Type extends { decode(reader: BinaryReader): infer T } ? T : never;

type Definitions<Service extends ServiceShape> = {
  readonly [Name in keyof Service['methods']]: MethodDefinition<
    MessageOf<Service['methods'][Name]['requestType']>,
    MessageOf<Service['methods'][Name]['responseType']>
  >;
};

/** A map whose values are messages without messages in them. */
const settingsLayout: MessageLayout = { 1: mapEntryLayout };

/** Requests that hold more than text and numbers, other than inferences. */
const requestLayouts: Readonly<Record<string, MessageLayout>> = {
  TraceSetting: settingsLayout,
  LogSettings: settingsLayout,
  // Their parameters are skipped.
  RepositoryModelLoad: { 3: mapEntryLayout },
  RepositoryModelUnload: { 3: mapEntryLayout },
};

/** What grpc-js wants to know of a service, for a client and for a server, out of what the generator tells. */
function defineService<Service extends ServiceShape>(service: Service): Definitions<Service> {
  const methods = Object.entries(service.methods).map(([key, method]) => [
    key,
    {
      path: `/${service.fullName}/${method.name}`,
      originalName: key,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (message: never) => Buffer.from(method.requestType.encode(message).finish()),
      requestDeserialize: (bytes: Buffer) => {
        checkWire(bytes, requestLayouts[method.name] ?? {});
        return decodeStrictly(method.requestType, bytes);
      },
      responseSerialize: (message: never) => Buffer.from(method.responseType.encode(message).finish()),
      responseDeserialize: (bytes: Buffer) => decodeStrictly(method.responseType, bytes),
    },
  ]);
  return Object.fromEntries(methods) as Definitions<Service>;
}

const generated = defineService(GRPCInferenceServiceDefinition);

/** `inference.GRPCInferenceService`; keys are the methods' names in camel case. */
export const inferenceService: typeof generated = {
  ...generated,
  modelInfer: {
    ...generated.modelInfer,
    requestSerialize: encodeInferRequest,
    requestDeserialize: decodeInferRequest,
    responseSerialize: encodeInferResponse,
    responseDeserialize: decodeInferResponse,
  },
  modelStreamInfer: {
    ...generated.modelStreamInfer,
    requestSerialize: encodeInferRequest,
    requestDeserialize: decodeInferRequest,
  },
};

/** `grpc.health.v1.Health`. */
export const healthService = defineService(HealthDefinition);
