import { once } from 'node:events';
import { type IncomingHttpHeaders, connect } from 'node:http2';
import { Client, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoModels } from '../../test/echo-models.js';
import {
  ModelInferRequest,
  type ModelInferResponse,
  type ModelStreamInferResponse,
} from '../generated/inference/grpc_service.js';
import { healthService, inferenceService } from '../services.js';
import { KserveServer } from './kserve-server.js';
import type { InferenceContext, Model, ModelAnswer } from './model.js';

/** Answers when the test says so. */
class HeldModel implements Model {
  readonly ready = true;
  readonly definition = { ...definitionOf('blob'), name: 'held' };
  context: InferenceContext | undefined;
  readonly asked = Promise.withResolvers<void>();
  readonly answer = Promise.withResolvers<ModelAnswer>();

  infer(_: unknown, context: InferenceContext): Promise<ModelAnswer> {
    this.context = context;
    this.asked.resolve();
    return this.answer.promise;
  }
}

function definitionOf(name: string) {
  const model = echoModels.find(({ definition }) => definition.name === name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model.definition;
}

const none = { outputs: [{ name: 'N', datatype: 'INT64', shape: [1], data: new Uint8Array(8) }] } as const;

function blobRequest(modelName: string, bytes = 3): ModelInferRequest {
  return ModelInferRequest.create({
    modelName,
    id: 'abc',
    inputs: [{ name: 'B', datatype: 'UINT8', shape: [bytes] }],
    rawInputContents: [new Uint8Array(bytes)],
  });
}

describe('KserveServer over gRPC', () => {
  let server: KserveServer;
  let address: string;
  let client: Client;
  let held: HeldModel;
  let faults: unknown[];

  beforeEach(async () => {
    held = new HeldModel();
    faults = [];
    server = new KserveServer([...echoModels, held], {
      name: 'test',
      version: '1.2.3',
      maxMessageBytes: 64 * 2 ** 20,
      report: (_, error) => faults.push(error),
    });
    address = await server.listen('127.0.0.1:0');
    client = new Client(address, credentials.createInsecure());
  });

  afterEach(async () => {
    held.answer.resolve(none);
    client.close();
    await server.close(1000);
  });

  /** @param method of either service; bytes are sent as they are */
  function ask<Answer>(method: string, request: unknown, deadline = Date.now() + 10_000) {
    const definition = Object.entries({ ...inferenceService, ...healthService }).find(
      ([name]) => name === method,
    )?.[1];
    if (definition === undefined) throw new Error(`no method ${method}`);
    const serialize = definition.requestSerialize as (value: unknown) => Buffer;
    let cancel = () => {};
    const answer = new Promise<Answer>((resolve, reject) => {
      const call = client.makeUnaryRequest(
        definition.path,
        (value: unknown) => (Buffer.isBuffer(value) ? value : serialize(value)),
        definition.responseDeserialize as (bytes: Buffer) => Answer,
        request,
        { deadline },
        (error, value) =>
          error === null && value !== undefined ? resolve(value) : reject(error ?? new Error()),
      );
      cancel = () => call.cancel();
    });
    return { answer, cancel: () => cancel() };
  }

  const refusal = (method: string, request: unknown) =>
    ask(method, request).answer.then(
      () => ({ code: status.OK, details: '' }),
      ({ code, details }: ServiceError) => ({ code, details }),
    );

  it('answers raw, with the id, and counts what it did', async () => {
    const { answer } = ask<ModelInferResponse>('modelInfer', blobRequest('blob', 5_000_000));
    const { id, outputs, rawOutputContents, modelVersion } = await answer;
    expect({ id, modelVersion, shape: outputs[0]?.shape }).toEqual({
      id: 'abc',
      modelVersion: '1',
      shape: [1n],
    });
    expect(Buffer.from(rawOutputContents[0] ?? []).readBigInt64LE()).toBe(5_000_000n);
    await refusal('modelInfer', blobRequest('blob', 0));
    await refusal('modelInfer', { ...blobRequest('blob'), rawInputContents: [] });
    const { modelStats } = await ask<{ modelStats: unknown[] }>('modelStatistics', {
      name: 'blob',
      version: '',
    }).answer;
    expect(modelStats[0]).toMatchObject({
      inferenceCount: 2n,
      executionCount: 2n,
      // The third one was refused before the model saw it.
      inferenceStats: { success: { count: 2n }, fail: { count: 0n } },
      batchStats: [{ batchSize: 1n, computeInfer: { count: 2n } }],
    });
  });

  it.each([
    [
      'modelInfer',
      'cannot be parsed',
      Buffer.from('0a02c328', 'hex'),
      status.INTERNAL,
      'Unable to parse request',
    ],
    [
      'modelInfer',
      'names no known model',
      blobRequest('nope'),
      status.NOT_FOUND,
      "Request for unknown model: 'nope' is not found",
    ],
    [
      'modelMetadata',
      'names no known version',
      { name: 'blob', version: '2' },
      status.NOT_FOUND,
      "Request for unknown model: 'blob' version 2 is not found",
    ],
    [
      'modelStatistics',
      'names no known model',
      { name: 'nope', version: '' },
      status.INVALID_ARGUMENT,
      "requested model 'nope' is not available",
    ],
    [
      'repositoryIndex',
      'names a repository',
      { repositoryName: 'x', ready: false },
      status.UNIMPLEMENTED,
      "'repository_name' specification is not supported",
    ],
    [
      'repositoryModelLoad',
      'names a repository',
      { repositoryName: 'x', modelName: 'blob' },
      status.UNIMPLEMENTED,
      "'repository_name' specification is not supported",
    ],
    ['modelReady', 'cannot be parsed', Buffer.from('0c', 'hex'), status.INTERNAL, 'Unable to parse request'],
    [
      'cudaSharedMemoryRegister',
      'names memory of a GPU',
      { name: 'r', rawHandle: Buffer.alloc(64), deviceId: 0n, byteSize: 8n },
      status.INVALID_ARGUMENT,
      'failed to register shared memory region: invalid args',
    ],
    [
      'cudaSharedMemoryStatus',
      'names memory of a GPU',
      { name: 'r' },
      status.NOT_FOUND,
      "Unable to find cuda shared memory region: 'r'",
    ],
    [
      'logSettings',
      'asks for levels that are not offered',
      { settings: {} },
      status.UNIMPLEMENTED,
      'the logging extension is not offered',
    ],
  ])('refuses %s that %s', async (method, _, request, code, details) => {
    expect(await refusal(method, request)).toEqual({ code, details });
  });

  it('refuses a method that it does not know as servers in C++ do: without words and without a date', async () => {
    const bytes = (value: Buffer) => value;
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest('/inference.GRPCInferenceService/Nope', bytes, bytes, Buffer.alloc(0), resolve);
    });
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED, details: '' });
    expect(error?.metadata.get('date')).toEqual([]);
  });

  it('has the words of servers in C++ for a deadline that has passed', async () => {
    const session = connect(`http://${address}`);
    const message = inferenceService.modelInfer.requestSerialize(blobRequest('held'));
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    const stream = session.request({
      ':method': 'POST',
      ':path': inferenceService.modelInfer.path,
      'content-type': 'application/grpc',
      'grpc-timeout': '20m',
      te: 'trailers',
    });
    stream.end(Buffer.concat([prefix, message]));
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    expect(headers).toMatchObject({ 'grpc-status': '4', 'grpc-message': 'Deadline%20Exceeded' });
    expect(headers.date).toBeUndefined();
    session.close();
  });

  it('classifies an output on request', async () => {
    const request = ModelInferRequest.create({
      modelName: 'same_int32',
      inputs: [{ name: 'X', datatype: 'INT32', shape: [3] }],
      outputs: [
        {
          name: 'Y',
          parameters: { classification: { parameterChoice: { $case: 'int64Param', value: 1n } } },
        },
      ],
      rawInputContents: [new Uint8Array(Int32Array.of(5, 7, 6).buffer)],
    });
    const { outputs, rawOutputContents } = await ask<ModelInferResponse>('modelInfer', request).answer;
    expect(outputs[0]).toMatchObject({ name: 'Y', datatype: 'BYTES', shape: [1n] });
    expect(Buffer.from(rawOutputContents[0] ?? []).toString('latin1')).toBe('\u0003\0\0\x007:1');
  });

  it('tells a client nothing of a fault of ours, and its operator all', async () => {
    const refused = refusal('modelInfer', blobRequest('held'));
    await held.asked.promise;
    held.answer.reject(new Error('a path in /etc'));
    expect(await refused).toEqual({
      code: status.INTERNAL,
      details: 'the server failed to process the request',
    });
    expect(faults).toEqual([new Error('a path in /etc')]);
  });

  it('tells the model when nobody waits any more', async () => {
    const { answer, cancel } = ask('modelInfer', blobRequest('held'));
    await held.asked.promise;
    const aborted = new Promise((resolve) => held.context?.signal.addEventListener('abort', resolve));
    cancel();
    await expect(answer).rejects.toMatchObject({ code: status.CANCELLED });
    await aborted;
  });

  it('hands the deadline on', async () => {
    const deadline = Date.now() + 5000;
    const { answer } = ask('modelInfer', blobRequest('held'), deadline);
    await held.asked.promise;
    held.answer.resolve(none);
    await answer;
    expect(Math.abs((held.context?.deadline ?? 0) - deadline)).toBeLessThan(1000);
  });

  it('is ready, and lists its models', async () => {
    expect(await ask('serverReady', {}).answer).toEqual({ ready: true });
    expect(await ask('check', { service: '' }).answer).toEqual({ status: 1 });
    expect(await ask('modelReady', { name: 'nope', version: '' }).answer).toEqual({ ready: false });
    const { models } = await ask<{ models: { name: string }[] }>('repositoryIndex', {
      repositoryName: '',
      ready: true,
    }).answer;
    expect(models.map(({ name }) => name)).toContain('held');
    expect(await ask('serverMetadata', {}).answer).toMatchObject({ name: 'test', version: '1.2.3' });
  });

  it('answers a stream in order, and goes on after an error', async () => {
    const { path, requestSerialize, responseDeserialize } = inferenceService.modelStreamInfer;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answers = call[Symbol.asyncIterator]() as AsyncIterator<ModelStreamInferResponse, undefined>;
    const next = async () => {
      const { value } = await answers.next();
      return [value?.errorMessage, value?.inferResponse?.modelName];
    };
    call.write(blobRequest('blob'));
    expect(await next()).toEqual(['', 'blob']);
    call.write(blobRequest('held'));
    call.write(blobRequest('nope'));
    await held.asked.promise;
    held.answer.resolve(none);
    expect(await next()).toEqual(['', 'held']);
    expect(await next()).toEqual(["Request for unknown model: 'nope' is not found", '']);
    call.end();
    expect(await answers.next()).toMatchObject({ done: true });
  });

  it('takes a message that cannot be parsed for the end of a stream', async () => {
    const { path, responseDeserialize } = inferenceService.modelStreamInfer;
    const bytes = (value: Buffer) => value;
    const call = client.makeBidiStreamRequest(path, bytes, responseDeserialize);
    const valid = inferenceService.modelInfer.requestSerialize(blobRequest('blob'));
    for (const message of [valid, Buffer.from('0c', 'hex'), valid]) call.write(message);
    const answers: ModelStreamInferResponse[] = [];
    for await (const answer of call) answers.push(answer as ModelStreamInferResponse);
    expect(answers.map(({ inferResponse }) => inferResponse?.modelName)).toEqual(['blob']);
  });

  it('lets a running inference end when it is closed, and refuses all else', async () => {
    const running = ask<ModelInferResponse>('modelInfer', blobRequest('held')).answer;
    await held.asked.promise;
    const closed = server.close(5000);
    expect(await refusal('serverReady', {})).toEqual({ code: status.UNAVAILABLE, details: 'Server exiting' });
    expect(await refusal('check', { service: '' })).toEqual({
      code: status.UNAVAILABLE,
      details: 'Server exiting',
    });
    expect(await refusal('modelReady', { name: 'blob', version: '' })).toEqual({
      code: status.UNAVAILABLE,
      details: 'Server not ready',
    });
    expect(await refusal('modelInfer', blobRequest('blob'))).toEqual({
      code: status.NOT_FOUND,
      details: "Request for unknown model: 'blob' has no available versions",
    });
    held.answer.resolve(none);
    expect((await running).modelName).toBe('held');
    await closed;
  });
});
