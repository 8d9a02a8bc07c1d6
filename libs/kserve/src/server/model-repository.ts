import { status } from '@grpc/grpc-js';
import type { ModelStatistics } from '../generated/inference/grpc_service.js';
import type { Model } from './model.js';
import { StatisticsRecorder } from './model-statistics.js';
import { parseModelVersion } from './model-version.js';
import { ProtocolError, invalidArgument } from './protocol-error.js';

/** A model that is offered, with its counters. */
export interface RepositoryEntry {
  readonly model: Model;
  readonly statistics: StatisticsRecorder;
}

/** The models of a server, each in one version. */
export class ModelRepository {
  private readonly entries: ReadonlyMap<string, RepositoryEntry>;

  constructor(models: readonly Model[]) {
    this.entries = new Map(
      models.map((model) => [model.definition.name, { model, statistics: new StatisticsRecorder() }]),
    );
  }

  get models(): readonly Model[] {
    return [...this.entries.values()].map(({ model }) => model);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * @param version as in a request, '' for the latest
   * @throws ProtocolError for an unknown model or version, or a version that is no number
   */
  find(name: string, version: string): RepositoryEntry {
    const wanted = parseModelVersion(version);
    const entry = this.entries.get(name);
    if (entry !== undefined && (wanted === null || wanted === BigInt(entry.model.definition.version))) {
      return entry;
    }
    const text = wanted === null || entry === undefined ? `'${name}'` : `'${name}' version ${wanted}`;
    throw new ProtocolError(status.NOT_FOUND, `Request for unknown model: ${text} is not found`);
  }

  /** @throws ProtocolError for a version that is no number; an unknown model is merely not ready */
  isReady(name: string, version: string): boolean {
    const wanted = parseModelVersion(version);
    const model = this.entries.get(name)?.model;
    return (
      model !== undefined && model.ready && (wanted === null || wanted === BigInt(model.definition.version))
    );
  }

  /** @param name '' for all models */
  statistics(name: string, version: string): ModelStatistics[] {
    const wanted = parseModelVersion(version);
    const snapshot = ({ model, statistics }: RepositoryEntry) => statistics.snapshot(model.definition);
    if (name === '') return [...this.entries.values()].map(snapshot);
    const entry = this.entries.get(name);
    if (entry === undefined) throw invalidArgument(`requested model '${name}' is not available`);
    if (wanted !== null && wanted !== BigInt(entry.model.definition.version)) {
      throw invalidArgument(`requested model version is not available for model '${name}'`);
    }
    return [snapshot(entry)];
  }
}
