import { Server, ServerCredentials, type handleUnaryCall, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  type ModelConfig,
  type ModelInferRequest,
  type ModelInferResponse,
  type ModelMetadataResponse,
  type Tensor,
  inferenceService,
} from '@face/kserve';
import type { TritonOptions } from '../src/triton-options.js';

/** A status that a scripted method answers with. */
export class Status {
  constructor(
    readonly code: number,
    readonly details: string,
  ) {}
}

/** Bytes that a scripted inference answers with in place of a message. */
export class RawBytes {
  constructor(readonly bytes: Buffer) {}
}

type Step<Request, Response> = (
  request: Request,
  call: ServerUnaryCall<Request, Response>,
) => Response | Status | Promise<Response | Status>;

type InferAnswer = ModelInferResponse | RawBytes;

/** What a server does when it is asked; each may be replaced while it runs. */
export interface Script {
  infer: Step<ModelInferRequest, InferAnswer>;
  metadata: Step<{ name: string }, ModelMetadataResponse>;
  config: Step<{ name: string }, { config: ModelConfig | undefined }>;
  modelReady: Step<{ name: string }, { ready: boolean }>;
  serverReady: Step<object, { ready: boolean }>;
}

/** A gRPC server in this process, with the messages of the protocol and the behaviour of a test. */
export class ScriptedServer {
  private constructor(
    readonly script: Script,
    readonly address: string,
    private readonly server: Server,
  ) {}

  static async start(script: Partial<Script> = {}, address = '127.0.0.1:0'): Promise<ScriptedServer> {
    const whole: Script = {
      infer: () => new Status(12, ''),
      metadata: ({ name }) => metadataOf(name),
      config: ({ name }) => ({ config: configOf(name, 8) }),
      modelReady: () => ({ ready: true }),
      serverReady: () => ({ ready: true }),
      ...script,
    };
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    server.addService(
      {
        modelInfer: { ...inferenceService.modelInfer, responseSerialize: writeAnswer },
        modelMetadata: inferenceService.modelMetadata,
        modelConfig: inferenceService.modelConfig,
        modelReady: inferenceService.modelReady,
        serverReady: inferenceService.serverReady,
      },
      {
        modelInfer: step<ModelInferRequest, InferAnswer>((...args) => whole.infer(...args)),
        modelMetadata: step<{ name: string }, ModelMetadataResponse>((...args) => whole.metadata(...args)),
        modelConfig: step<{ name: string }, { config: ModelConfig | undefined }>((...args) =>
          whole.config(...args),
        ),
        modelReady: step<{ name: string }, { ready: boolean }>((...args) => whole.modelReady(...args)),
        serverReady: step<object, { ready: boolean }>((...args) => whole.serverReady(...args)),
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return new ScriptedServer(whole, address.startsWith('unix:') ? address : `127.0.0.1:${port}`, server);
  }

  /** Ends every call and connection at once. */
  stop(): void {
    this.server.forceShutdown();
  }
}

function step<Request, Response>(run: Step<Request, Response>): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    Promise.resolve(run(call.request, call)).then(
      (answer) => {
        if (answer instanceof Status) respond(answer);
        else respond(null, answer);
      },
      (error: unknown) => respond({ code: 2, details: String(error) }),
    );
  };
}

function writeAnswer(given: InferAnswer): Buffer {
  return given instanceof RawBytes ? given.bytes : inferenceService.modelInfer.responseSerialize(given);
}

const tensor = (name: string, datatype: string, ...shape: number[]) => ({
  name,
  datatype,
  shape: shape.map(BigInt),
});

/** Metadata as the contract has them, with 512 dimensions. */
export function metadataOf(name: string, dimension = 512): ModelMetadataResponse {
  const extraction = name === 'extraction';
  return {
    name,
    versions: ['1'],
    platform: 'ensemble',
    inputs: extraction
      ? [tensor('input_0', 'UINT8', -1, 112, 112, 3)]
      : [
          tensor('input_0', 'UINT8', -1, -1, -1, 3),
          tensor('input_1', 'FP32', -1, 2),
          tensor('input_2', 'FP32', -1, 2),
        ],
    outputs: extraction
      ? [tensor('output_0', 'FP32', -1, dimension)]
      : [
          tensor('output_0', 'FP32', -1, 5),
          tensor('output_1', 'FP32', -1, 10),
          tensor('output_2', 'INT32', -1, 1),
        ],
  };
}

export function configOf(
  name: string,
  maxBatchSize: number,
  parameters: Record<string, string> = {},
): ModelConfig {
  return {
    name,
    platform: 'ensemble',
    versionPolicy: undefined,
    maxBatchSize,
    input: [],
    output: [],
    instanceGroup: [],
    defaultModelFilename: '',
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, stringValue]) => [key, { stringValue }]),
    ),
    backend: '',
  };
}

export function answer(request: ModelInferRequest, ...tensors: Tensor[]): ModelInferResponse {
  return {
    modelName: request.modelName,
    modelVersion: '1',
    id: request.id,
    parameters: {},
    outputs: tensors.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: {},
      contents: undefined,
    })),
    rawOutputContents: tensors.map(({ data }) => data),
  };
}

export function optionsFor(url: string, other: Partial<TritonOptions> = {}): TritonOptions {
  return {
    url,
    detectionModel: 'detection',
    extractionModel: 'extraction',
    maxBatchSize: 8,
    detectionInput: { width: 640, height: 640 },
    ...other,
  };
}

export function floats(name: string, shape: number[], values: readonly number[]): Tensor {
  return { name, datatype: 'FP32', shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}
