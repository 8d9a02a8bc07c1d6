import { FaceError } from '@face/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../calls/call-context.js';
import type { ModelDescription } from './model-description.js';
import type { Suspicion } from './model-suspicions.js';
import { probeInputs, probeOutputs } from './probe-tensors.js';
import { TritonClient } from '../triton-client.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';
import { withinContext } from '../calls/within-context.js';

/** However often health is asked for, a model is tried no sooner than this again, on the same connection. */
const pauseMs = 10_000;

/** Of one trial; its askers go earlier. */
const timeoutMs = 5_000;

/**
 * Inferences one after the other that a model with a dead process has to pass: Triton gives them to its processes in
 * turn, and the others do not show which one is dead.
 */
const trialsOfDead = 8;

/** What a trial showed. `partly`: some inferences worked and some failed. */
export type Verdict =
  | { readonly works: 'all' }
  | { readonly works: 'partly'; readonly error: FaceError }
  | { readonly works: 'none'; readonly error: FaceError };

interface Trial {
  readonly startedAt: number;
  readonly generation: number;
  readonly suspicion: Suspicion;
  readonly verdict: Promise<Verdict>;
  ended: boolean;
}

/**
 * Finds out by tiny inferences whether a suspected model works again. Rarely, one trial at a time, and remembered: what
 * asks for health must not become load.
 */
@Injectable()
export class ModelTrials {
  private readonly trials = new Map<string, Trial>();

  constructor(
    private readonly client: TritonClient,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {}

  /** @throws FaceError when the caller's time is over before the trial is. */
  async verdict(model: ModelDescription, suspicion: Suspicion, context: CallContext): Promise<Verdict> {
    let trial = this.trials.get(model.name);
    if (trial === undefined || (trial.ended && this.isOld(trial))) {
      trial = this.begin(model, suspicion);
      this.trials.set(model.name, trial);
    }
    const verdict = await withinContext(trial.verdict, context);
    // It passed, and a process has died since then.
    if (verdict.works === 'all' && suspicion.dead && suspicion !== trial.suspicion) {
      return { works: 'none', error: suspicion.error };
    }
    return verdict;
  }

  private isOld({ startedAt, generation }: Trial): boolean {
    return generation !== this.client.generation || performance.now() - startedAt >= pauseMs;
  }

  private begin(model: ModelDescription, suspicion: Suspicion): Trial {
    const verdict = this.try(model, suspicion);
    const { generation } = this.client;
    const trial = { startedAt: performance.now(), generation, suspicion, verdict, ended: false };
    const end = () => void (trial.ended = true);
    verdict.then(end, end);
    return trial;
  }

  private async try(model: ModelDescription, suspicion: Suspicion): Promise<Verdict> {
    const inputs = probeInputs(model, this.options);
    const outputs = probeOutputs(model);
    const context = { signal: new AbortController().signal, deadline: Date.now() + timeoutMs };
    let passed = 0;
    let failure: FaceError | undefined;
    for (let left = suspicion.dead ? trialsOfDead : 1; left > 0; left--) {
      try {
        await this.client.probe(model.name, inputs, outputs, context);
        passed += 1;
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
        failure = telling(error) ? error : suspicion.error;
        if (!telling(error)) break;
      }
      if (passed > 0 && failure !== undefined) return { works: 'partly', error: partlyDead(model, failure) };
    }
    if (failure !== undefined) return { works: 'none', error: failure };
    this.client.dispel(model.name, suspicion);
    return { works: 'all' };
  }
}

/** Overload and a deadline say nothing of the model: it is as suspect as before. */
function telling({ code }: FaceError): boolean {
  return code === 'triton_failed' || code === 'not_ready' || code === 'triton_misconfigured';
}

function partlyDead({ name }: ModelDescription, cause: FaceError): FaceError {
  return new FaceError(
    'triton_failed',
    `Some of the processes of the model '${name}' have died, so that some requests fail: the model server has to be restarted.`,
    { cause },
  );
}
