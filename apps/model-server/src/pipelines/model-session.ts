import { InferenceSession, Tensor } from './onnx-runtime.js';
import type { ReadyModel } from '../packs/loaded-pack.js';
import { PackError } from '../packs/pack-error.js';

type Shape = readonly (number | null)[];

/** One ONNX model on one thread. Everything a pack can get wrong about its tensors is said when it is opened. */
export class ModelSession {
  private constructor(
    private readonly model: ReadyModel,
    private readonly session: InferenceSession,
  ) {}

  /** @throws PackError when the file is no model that onnxruntime can run */
  static async open(model: ReadyModel): Promise<ModelSession> {
    try {
      const session = await InferenceSession.create(model.path, {
        graphOptimizationLevel: 'all',
        // One caller a core is faster than one call on all cores; workers are the way to use them.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        logSeverityLevel: 3,
      });
      return new ModelSession(model, session);
    } catch (cause) {
      throw new PackError(`${model.field}: onnxruntime cannot open ${model.path}: ${reason(cause)}`, {
        cause,
      });
    }
  }

  /**
   * Name of the only input.
   * @param shape what the pipeline will feed; null where any size will do
   * @throws PackError unless there is one float32 input that takes the shape
   */
  input(shape: Shape): string {
    const [input, ...others] = this.session.inputMetadata;
    if (input === undefined || others.length > 0) {
      throw this.wrong(`it has the inputs ${this.session.inputNames.join(', ')}, expected exactly one`);
    }
    this.check('input', input, shape);
    return input.name;
  }

  /** @throws PackError unless there is a float32 output of that name and shape */
  output(name: string, shape: Shape): string {
    const output = this.session.outputMetadata.find((each) => each.name === name);
    if (output === undefined) {
      throw this.wrong(`it has no output '${name}', only ${this.session.outputNames.join(', ')}`);
    }
    this.check('output', output, shape);
    return name;
  }

  /** @throws PackError unless there is exactly one output, of that shape */
  onlyOutput(shape: Shape): string {
    const [name, ...others] = this.session.outputNames;
    if (name === undefined || others.length > 0) {
      throw this.wrong(`it has the outputs ${this.session.outputNames.join(', ')}, expected exactly one`);
    }
    return this.output(name, shape);
  }

  /** The only input as the model states it, symbolic sizes taken for 1. */
  onlyInput(): { readonly name: string; readonly shape: readonly number[] } {
    const [input] = this.session.inputMetadata;
    const shape = input?.isTensor === true ? input.shape : [];
    return {
      name: this.input(shape.map(() => null)),
      shape: shape.map((size) => (typeof size === 'number' ? size : 1)),
    };
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /**
   * @param data is read during the call, not kept
   * @returns a reader of the outputs
   */
  async run(
    input: string,
    data: Float32Array,
    shape: readonly number[],
  ): Promise<(name: string) => Float32Array> {
    const outputs = await this.session.run({ [input]: new Tensor('float32', data, shape) });
    return (name) => {
      const values = outputs[name]?.data;
      if (!(values instanceof Float32Array)) throw this.wrong(`its output '${name}' gave no float32 values`);
      return values;
    };
  }

  close(): Promise<void> {
    return this.session.release();
  }

  private check(what: string, value: InferenceSession.ValueMetadata, expected: Shape): void {
    if (!value.isTensor || value.type !== 'float32') {
      throw this.wrong(`its ${what} '${value.name}' is no float32 tensor`);
    }
    const { shape } = value;
    const fits =
      shape.length === expected.length &&
      expected.every(
        (size, index) => size === null || typeof shape[index] !== 'number' || shape[index] === size,
      );
    if (!fits) {
      throw this.wrong(
        `its ${what} '${value.name}' is ${describeShape(shape)}, expected ${describeShape(expected)}`,
      );
    }
  }

  private wrong(what: string): PackError {
    return new PackError(`${this.model.field}: ${this.model.path} does not fit: ${what}`);
  }
}

function describeShape(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((size) => (typeof size === 'number' ? size : 'any')).join(', ')}]`;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
