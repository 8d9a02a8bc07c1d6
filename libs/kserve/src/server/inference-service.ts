import { status } from '@grpc/grpc-js';
import { HealthCheckResponse_ServingStatus } from '../generated/grpc/health/v1/health.js';
import type { ServerMetadataResponse } from '../generated/inference/grpc_service.js';
import type { healthService, inferenceService } from '../services.js';
import { buildInferResponse } from './infer-response.js';
import type { CallContext } from './call-context.js';
import { InferenceRecord } from './inference-record.js';
import type { ModelInferRequest, ModelInferResponse } from './messages.js';
import { type Log, updateLogSettings } from './log-settings.js';
import { modelConfig, modelIndex, modelMetadata } from './model-description.js';
import type { ModelRepository } from './model-repository.js';
import { ProtocolError } from './protocol-error.js';
import { checkInferRequest } from './request-check.js';
import { RequestRegions } from './shared-memory/request-regions.js';
import type { CudaSharedMemoryMethod } from './shared-memory/cuda-handlers.js';
import type { SharedMemoryMethod } from './shared-memory/shared-memory-handlers.js';
import type { SharedRegions } from './shared-memory/shared-regions.js';
import { TraceSettings } from './trace-settings.js';
import type { UnaryHandlers } from './unary-handlers.js';

function refuseLoading({ repositoryName }: { readonly repositoryName: string }): never {
  checkRepositoryName(repositoryName);
  throw new ProtocolError(
    status.UNAVAILABLE,
    'explicit model load / unload is not allowed if polling is enabled',
  );
}

function checkRepositoryName(name: string): void {
  if (name !== '') {
    throw new ProtocolError(status.UNIMPLEMENTED, "'repository_name' specification is not supported");
  }
}

/** What the server does for each method of both services; the words are the real server's. */
export class InferenceService {
  private exiting = false;
  private running = 0;
  private idle: (() => void) | undefined;
  private readonly traces: TraceSettings;

  constructor(
    private readonly repository: ModelRepository,
    private readonly metadata: ServerMetadataResponse,
    /** Undefined: no shared memory is offered. */
    private readonly regions: SharedRegions | undefined,
    /** Undefined: its levels are not offered. */
    private readonly log: Log | undefined,
  ) {
    this.traces = new TraceSettings((name) =>
      repository.models.some(({ definition }) => definition.name === name),
    );
  }

  readonly inferenceHandlers: UnaryHandlers<
    Omit<typeof inferenceService, 'modelStreamInfer' | SharedMemoryMethod | CudaSharedMemoryMethod>
  > = {
    serverLive: () => {
      this.refuseWhenExiting('Server exiting');
      return { live: true };
    },
    serverReady: () => {
      this.refuseWhenExiting('Server exiting');
      return { ready: this.allReady };
    },
    modelReady: ({ name, version }) => {
      this.refuseWhenExiting('Server not ready');
      return { ready: this.repository.isReady(name, version) };
    },
    serverMetadata: (_, { sameHost }) => {
      const { extensions } = this.metadata;
      const shared = this.regions !== undefined && sameHost;
      return { ...this.metadata, extensions: shared ? [...extensions, 'system_shared_memory'] : extensions };
    },
    modelMetadata: ({ name, version }) => modelMetadata(this.repository.find(name, version).model.definition),
    modelConfig: ({ name, version }) => ({
      config: modelConfig(this.repository.find(name, version).model.definition),
    }),
    modelStatistics: ({ name, version }) => ({ modelStats: this.repository.statistics(name, version) }),
    repositoryIndex: ({ repositoryName, ready }) => {
      this.refuseWhenExiting('Server not ready');
      checkRepositoryName(repositoryName);
      const models = this.repository.models.filter((model) => !ready || model.ready);
      return { models: models.map(modelIndex) };
    },
    traceSetting: (request) => this.traces.update(request),
    logSettings: (request) => {
      if (this.log !== undefined) return updateLogSettings(this.log, request);
      throw new ProtocolError(status.UNIMPLEMENTED, 'the logging extension is not offered');
    },
    repositoryModelLoad: refuseLoading,
    repositoryModelUnload: refuseLoading,
    modelInfer: (request, context) => this.infer(request, context),
  };

  readonly healthHandlers: UnaryHandlers<Pick<typeof healthService, 'check'>> = {
    check: () => {
      this.refuseWhenExiting('Server exiting');
      const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;
      return { status: this.allReady ? SERVING : NOT_SERVING };
    },
  };

  /** From now on nothing is ready and nothing new is inferred; resolves when the last running inference has ended. */
  async drain(): Promise<void> {
    this.exiting = true;
    if (this.running === 0) return;
    await new Promise<void>((resolve) => {
      this.idle = resolve;
    });
  }

  /** Inferences that are worked on or wait in a model's queue. */
  get inFlight(): number {
    return this.running;
  }

  private get allReady(): boolean {
    return this.repository.models.every(({ ready }) => ready);
  }

  private refuseWhenExiting(text: string): void {
    if (this.exiting) throw new ProtocolError(status.UNAVAILABLE, text);
  }

  /** @throws ProtocolError, and whatever a model throws that has a fault */
  async infer(request: ModelInferRequest, context: CallContext): Promise<ModelInferResponse> {
    const { modelName } = request;
    // A name that no model has is the client's own, and may be anything.
    const record = new InferenceRecord(this.repository.has(modelName) ? modelName : '');
    return record.around(() => this.answer(request, context, record));
  }

  private async answer(
    request: ModelInferRequest,
    context: CallContext,
    record: InferenceRecord,
  ): Promise<ModelInferResponse> {
    const { model, statistics } = this.repository.find(request.modelName, request.modelVersion);
    if (this.exiting) {
      throw new ProtocolError(
        status.NOT_FOUND,
        `Request for unknown model: '${request.modelName}' has no available versions`,
      );
    }
    const start = process.hrtime.bigint();
    const regions = new RequestRegions(context.sameHost ? this.regions : undefined);
    this.running += 1;
    try {
      // What is refused here the model has not seen, and does not count as a failure of it.
      const checked = checkInferRequest(model.definition, request, regions);
      record.batchSize = checked.batchSize;
      try {
        const { outputs, times } = await model.infer(checked, context);
        record.times = times;
        const response = buildInferResponse(model.definition, request, outputs, checked.wishes);
        statistics.recordSuccess(checked.batchSize, process.hrtime.bigint() - start, times);
        return response;
      } catch (error) {
        statistics.recordFailure(process.hrtime.bigint() - start);
        throw error;
      }
    } finally {
      regions.release();
      this.running -= 1;
      if (this.running === 0) this.idle?.();
    }
  }
}
