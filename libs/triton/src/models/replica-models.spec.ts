import { FaceError } from '@face/errors';
import { describe, expect, it } from 'vitest';
import type { ModelDescription } from './model-description.js';
import { ReplicaModels } from './replica-models.js';
import type { ReplicaId } from '../connection/replicas.js';

const model = (contract: string): ModelDescription => ({
  name: 'extraction',
  inputs: [],
  outputs: [],
  maxBatchSize: 8,
  parameters: { face_contract_id: contract },
});

/** Replicas that tell what the test says, each when it is asked; undefined: never. */
class Fleet {
  failed = 0;
  asked: ReplicaId[] = [];
  delays = new Map<ReplicaId, Promise<void>>();

  constructor(public models: Map<ReplicaId, string | undefined | FaceError>) {}

  get replicas(): ReplicaId[] {
    return [...this.models.keys()];
  }

  failures(): number {
    return this.failed;
  }

  describe(replica: ReplicaId): Promise<ModelDescription> {
    this.asked.push(replica);
    const told = this.models.get(replica);
    if (told instanceof FaceError) return Promise.reject(told);
    if (told === undefined) return new Promise(() => undefined);
    return (this.delays.get(replica) ?? Promise.resolve()).then(() => model(told));
  }
}

const context = () => ({ signal: new AbortController().signal, deadline: Date.now() + 1000 });
const contractOf = async (models: ReplicaModels) =>
  (await models.current(context()))?.model.parameters['face_contract_id'];

describe('models of replicas', () => {
  it('are none without replicas', async () => {
    expect(await new ReplicaModels(new Fleet(new Map()), 1000).current(context())).toBeUndefined();
  });

  it('are asked once each, and again after a failed call or when they are old', async () => {
    const fleet = new Fleet(new Map([[1, 'old']]));
    const models = new ReplicaModels(fleet, 1000);
    await contractOf(models);
    await contractOf(models);
    expect(fleet.asked).toEqual([1]);
    fleet.failed += 1;
    await contractOf(models);
    expect(fleet.asked).toEqual([1, 1]);
    const impatient = new ReplicaModels(fleet, -1);
    await contractOf(impatient);
    await contractOf(impatient);
    expect(fleet.asked).toHaveLength(4);
  });

  it('are what most replicas have, and the one of the oldest of as many', async () => {
    const fleet = new Fleet(
      new Map([
        [1, 'old'],
        [2, 'old'],
        [3, 'new'],
      ]),
    );
    const models = new ReplicaModels(fleet, 1000);
    await contractOf(models);
    expect(await contractOf(models)).toBe('old');
    expect([...((await models.current(context()))?.replicas ?? [])]).toEqual([1, 2]);
    fleet.models.delete(2);
    expect(await contractOf(models)).toBe('old');
    fleet.models.set(4, 'new');
    await contractOf(models);
    expect(await contractOf(models)).toBe('new');
    expect(models.groups().map(({ replicas }) => [...replicas])).toEqual([[3, 4], [1]]);
  });

  it('are the same in whichever order they are told', async () => {
    const tensor = (name: string) => ({ name, datatype: 'FP32' as const, shape: [-1, 512] });
    const one = { ...model('same'), outputs: ['a', 'b'].map(tensor), parameters: { x: '1', y: '2' } };
    const other = { ...model('same'), outputs: ['b', 'a'].map(tensor), parameters: { y: '2', x: '1' } };
    const models = new ReplicaModels(
      {
        replicas: [1, 2],
        failures: () => 0,
        describe: (replica) => Promise.resolve(replica === 1 ? one : other),
      },
      1000,
    );
    await models.current(context());
    expect(models.groups().map(({ replicas }) => [...replicas])).toEqual([[1, 2]]);
  });

  it('do not wait for a replica that hangs, and do not name it', async () => {
    const fleet = new Fleet(
      new Map([
        [1, undefined],
        [2, 'new'],
      ]),
    );
    const models = new ReplicaModels(fleet, 1000);
    const current = await models.current(context());
    expect(current?.model).toEqual(model('new'));
    expect([...(current?.replicas ?? [])]).toEqual([2]);
  });

  it('are those of all that answer soon, so that one which stops is not the only one that may be asked', async () => {
    const fleet = new Fleet(
      new Map([
        [1, 'same'],
        [2, 'same'],
      ]),
    );
    const models = new ReplicaModels(fleet, 1000);
    await contractOf(models);
    fleet.failed += 1;
    const later = Promise.withResolvers<void>();
    fleet.delays.set(2, later.promise);
    const current = models.current(context());
    setImmediate(later.resolve);
    expect([...((await current)?.replicas ?? [])]).toEqual([1, 2]);
  });

  it('name those that tell the same later on, too', async () => {
    const fleet = new Fleet(new Map([[1, 'same']]));
    const models = new ReplicaModels(fleet, 1000);
    const before = await models.current(context());
    fleet.models.set(2, 'same').set(3, 'other');
    await models.current(context());
    expect([...(before?.replicas ?? [])]).toEqual([1, 2]);
    fleet.failed += 1;
    fleet.models.set(1, undefined).set(2, undefined).set(3, 'same');
    await models.current(context());
    expect(new Set(before?.replicas)).toEqual(new Set([1, 3]));
  });

  it('hold while they are asked again because they are old', async () => {
    const fleet = new Fleet(
      new Map([
        [1, 'old'],
        [2, 'new'],
        [3, 'old'],
      ]),
    );
    const models = new ReplicaModels(fleet, -1);
    await contractOf(models);
    await contractOf(models);
    fleet.models.set(1, undefined).set(3, undefined);
    expect(await contractOf(models)).toBe('old');
  });

  it('fail as the first one does when none tells, and are asked anew', async () => {
    const fleet = new Fleet(new Map([[1, new FaceError('triton_failed', 'It failed.')]]));
    const models = new ReplicaModels(fleet, 1000);
    await expect(models.current(context())).rejects.toMatchObject({ code: 'triton_failed' });
    fleet.models.set(1, 'back');
    expect(await contractOf(models)).toBe('back');
  });
});
