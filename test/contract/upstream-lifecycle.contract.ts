import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import { externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { type Lifecycle, type LifecycleName, lifecycleMatrix } from '../support/lifecycle-matrix.ts';
import { collectorPatience, type Stage, setStage, type World } from '../support/secret-stage.ts';
import { secretData } from '../support/secret-world.ts';

/** The passwords of all Secrets, by row; a Secret without one has an empty one. */
type Passwords = Readonly<Partial<Record<LifecycleName, string>>>;

/** Long enough to tell at once from at the interval. */
const interval = 8_000;
/** Time in which all happens that happens at once, on a machine with other things to do. */
const atOnce = interval / 2;

/** What becomes of a Secret under each creation policy with each refresh policy, all side by side, whatever the cluster is made of. */
export function describeLifecycles(name: string, open: () => Promise<World>): void {
  describe(`the life of a Secret ${name}`, () => {
    const stage = setStage('lifecycle', open);
    const all = lifecycles(stage);

    test(
      'by every creation policy and every refresh policy: made, followed, kept, overwritten and brought back',
      async () => {
        await stage.start({ 'prod/db': 'first' });
        await all.declare();
        const made = await all.settled((rows) => rows.made === 'yes', 'first');
        await all.makeMissing(made);
        await all.settled(({ follows }) => follows !== 'never', 'first');

        stage.running.remote['prod/db'] = 'second';
        const byTime = await all.settled(({ follows }) => follows === 'at the interval', 'second', interval * 2);
        await all.change('1');
        const byChange = await all.settled(({ follows }) => follows !== 'never', 'second');

        await all.remove(externalSecretType);
        const kept = await all.settled(({ kept: stays }) => stays === 'no', undefined, collectorPatience);
        stage.running.remote['prod/db'] = 'third';
        await all.declare();
        const overwritten = await all.settled((rows) => rows.overwritten === 'yes', 'third');

        await all.remove(secretType);
        const back = await all.settled(({ recreated }) => recreated === 'at once', 'third');
        const backByTime = await all.settled(({ recreated }) => recreated === 'at the interval', 'third', interval * 2);
        await all.change('2');
        const backByChange = await all.settled(({ recreated }) => recreated !== 'never', 'third');

        const answers = lifecycleMatrix.map(({ name: row }): readonly [LifecycleName, Lifecycle] => [
          row,
          {
            made: made[row] === 'first' ? 'yes' : 'no',
            follows: byTime[row] === 'second' ? 'at the interval' : byChange[row] === 'second' ? 'with a change of the ExternalSecret' : 'never',
            kept: kept[row] === undefined ? 'no' : 'yes',
            overwritten: overwritten[row] === 'third' ? 'yes' : 'no',
            recreated: back[row] !== undefined ? 'at once' : backByTime[row] !== undefined ? 'at the interval' : backByChange[row] !== undefined ? 'with a change of the ExternalSecret' : 'never',
          },
        ]);
        expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(lifecycleMatrix.map(({ name: row, lifecycle }) => [row, lifecycle])));
      },
      180_000,
    );
  });
}

interface Lifecycles {
  readonly declare: () => Promise<void>;
  /** Makes the Secrets that are missing, as somebody else does. */
  readonly makeMissing: (there: Passwords) => Promise<void>;
  /** Changes the metadata of all ExternalSecrets. */
  readonly change: (value: string) => Promise<void>;
  readonly remove: (type: ResourceType) => Promise<void>;
  /** What the Secrets hold once those of the rows that are meant hold the wanted password, or the time is over; and a moment later, for what should not happen. */
  readonly settled: (meant: (lifecycle: Lifecycle) => boolean, wanted: string | undefined, time?: number) => Promise<Passwords>;
}

function lifecycles(stage: Stage): Lifecycles {
  const objectName = (row: LifecycleName): string => row.toLowerCase().replace(', ', '-');
  const forAll = async (act: (row: (typeof lifecycleMatrix)[number], name: string) => Promise<unknown>): Promise<void> => void (await Promise.all(lifecycleMatrix.map((row) => act(row, objectName(row.name)))));
  const passwords = async (): Promise<Passwords> => {
    const found: Partial<Record<LifecycleName, string>> = {};
    await forAll(async (row, name) => {
      const data = await secretData(stage.cluster, stage.namespace, name);
      if (data !== undefined) found[row.name] = data['password'] ?? '';
    });
    return found;
  };
  const made = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name }, data: { theirs: 'eA==' } });
  return {
    declare: () => forAll(({ creationPolicy, refreshPolicy }, name) => stage.declare(name, { refreshPolicy, refreshInterval: `${interval}ms`, target: { creationPolicy } })),
    makeMissing: (there) => forAll(async ({ name: row }, name) => void (there[row] === undefined && (await stage.create(secretType, made(name))))),
    change: (value) => forAll((_row, name) => stage.edit(externalSecretType, name, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { changed: value } } }))),
    remove: (type) => forAll((_row, name) => stage.remove(type, name)),
    settled: async (meant, wanted, time = atOnce) => {
      const rows = lifecycleMatrix.filter(({ lifecycle }) => meant(lifecycle));
      for (const end = Date.now() + time; Date.now() < end; await stage.pause(50)) {
        const now = await passwords();
        if (rows.every(({ name: row }) => now[row] === wanted)) break;
      }
      await stage.pause(500);
      return passwords();
    },
  };
}
