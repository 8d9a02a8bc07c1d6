import { FaceError } from '@face/errors';
import { datatypeBytes } from '@face/kserve';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from './call-context.js';
import { ModelCatalog } from './model-catalog.js';
import type { ModelDescription, TensorDescription } from './model-description.js';
import { TritonClient } from './triton-client.js';
import { TRITON_OPTIONS, type TritonOptions } from './triton-options.js';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly error: FaceError };

/** Whether the two models can be used now, for health checks and the start. */
@Injectable()
export class TritonReadiness {
  constructor(
    private readonly client: TritonClient,
    private readonly catalog: ModelCatalog,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {}

  /**
   * Asks for our two models, not for the whole server: another model that failed to load would make that unready. Their
   * metadata have to fit the settings; and a model whose last inference failed has to pass a tiny one, because Triton
   * calls a model ready whose process has died.
   */
  async check(context: CallContext): Promise<Readiness> {
    try {
      await Promise.all([
        this.checkModel(this.options.detectionModel, context, () => this.catalog.detection(context)),
        this.checkModel(this.options.extractionModel, context, () => this.catalog.extraction(context)),
      ]);
      await this.catalog.contract(context);
      return { ready: true };
    } catch (error) {
      if (error instanceof FaceError) return { ready: false, error };
      throw error;
    }
  }

  private async checkModel(
    name: string,
    context: CallContext,
    describe: () => Promise<ModelDescription>,
  ): Promise<void> {
    if (!(await this.client.modelReady(name, context))) {
      throw new FaceError(
        'not_ready',
        `The model '${name}' is not ready, or not there, on the model server.`,
      );
    }
    const description = await describe();
    if (!this.client.isSuspect(name)) return;
    const inputs = description.inputs.map((input) => this.zeros(input, description));
    const outputs = Object.fromEntries(
      description.outputs.map(({ name: output, datatype, shape }) => [
        output,
        { name: output, datatype, shape: shape.map((size) => (size < 0 ? null : size)) },
      ]),
    );
    await this.client.infer(name, inputs, outputs, context);
  }

  /** A batch of one, black pictures of the configured size. */
  private zeros({ name, datatype, shape }: TensorDescription, model: ModelDescription) {
    const { width, height } = this.options.detectionInput;
    const free = shape.length === 4 ? [1, height, width, 3] : [1];
    const sizes = shape.map((size, axis) => {
      if (axis === 0 && model.maxBatchSize !== null) return 1;
      return size >= 0 ? size : (free[axis] ?? 1);
    });
    const bytes = datatype === 'BYTES' ? 4 : datatypeBytes[datatype];
    return {
      name,
      datatype,
      shape: sizes,
      data: new Uint8Array(sizes.reduce((product, size) => product * size, bytes)),
    };
  }
}
