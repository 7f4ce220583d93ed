import { describe, expect, test } from 'vitest';
import { sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import { type SealedStage, sealedStage, sealTexts, shortKey } from '../support/sealed-stage.ts';
import type { World } from '../support/secret-stage.ts';

const [managed, patch, skipOwner] = ['managed', 'patch', 'skip-set-owner-references'].map((name) => `sealedsecrets.bitnami.com/${name}`);
const old = { data: { foo: Buffer.from('old').toString('base64'), theirs: Buffer.from('x').toString('base64') } };

function annotations(...names: readonly (string | undefined)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name ?? '', 'true']));
}

async function owners(stage: SealedStage): Promise<readonly string[]> {
  return ((await stage.get(secretType, 'foo'))?.metadata.ownerReferences ?? []).map(({ kind, name, controller }) => `${kind}/${name}/${String(controller)}`);
}

interface Case {
  readonly title: string;
  /** Where ours is another, why. */
  readonly differs?: string;
  readonly run: (stage: SealedStage) => Promise<void>;
}

async function reseal(stage: SealedStage, texts: Readonly<Record<string, string>>): Promise<void> {
  await stage.edit(sealedSecretType, 'foo', (object) => ({ ...object, spec: { ...(object['spec'] as object), encryptedData: sealTexts(texts, stage.first, { namespace: stage.namespace, name: 'foo' }) } }));
}

/** A SealedSecret whose values are another's: nothing is made, and it says so. */
function refused(declared: Parameters<SealedStage['declare']>[2]): Case['run'] {
  return async (stage) => {
    await stage.start();
    await stage.declare('foo', { foo: 'bar' }, declared);
    await stage.untilFailed('foo', 'no key could decrypt secret (foo)');
    expect(await stage.data('foo')).toBeUndefined();
    await stage.until(() => expect(stage.notes('foo')).toEqual(['ErrUnsealFailed: Failed to unseal: no key could decrypt secret (foo)']));
  };
}

function opened(declared: Parameters<SealedStage['declare']>[2]): Case['run'] {
  return async (stage) => {
    await stage.start();
    await stage.declare('foo', { foo: 'bar' }, declared);
    await stage.untilData('foo', { foo: 'bar' });
    await stage.untilSynced('foo');
  };
}

/** What becomes of a Secret that somebody deletes. */
function deleted(isBack: boolean, template: object, existing?: Readonly<Record<string, string>>): Case['run'] {
  return async (stage) => {
    if (existing !== undefined) await stage.create(secretType, 'foo', { data: {} }, { annotations: existing });
    await stage.start();
    await stage.declare('foo', { foo: 'bar' }, { template: { metadata: template } });
    await stage.untilData('foo', { foo: 'bar' });
    await stage.untilSynced('foo');
    await stage.remove(secretType, 'foo');
    if (!isBack) await stage.pause(500);
    await stage.untilData('foo', isBack ? { foo: 'bar' } : undefined);
  };
}

const cases: readonly Case[] = [
  {
    title: 'a new one becomes a Secret with the labels of its template, an event and a status',
    run: async (stage) => {
      await stage.start();
      await stage.declare('foo', { foo: 'bar' }, { template: { metadata: { labels: { mylabel: 'myvalue' } } } });
      await stage.untilData('foo', { foo: 'bar' });
      expect((await stage.get(secretType, 'foo'))?.metadata.labels).toEqual({ mylabel: 'myvalue' });
      await stage.untilSynced('foo', 1);
      await stage.until(() => expect(stage.notes('foo')).toEqual(['Unsealed: SealedSecret unsealed successfully']));
    },
  },
  ...Object.entries({ updated: { foo: 'bar2' }, renamed: { foo2: 'bar' }, appended: { foo: 'bar', foo2: 'bar2' } }).map(([what, texts]): Case => ({
    title: `an item that is ${what} is so in the Secret`,
    run: async (stage) => {
      await stage.start();
      await stage.declare('foo', { foo: 'bar' });
      await stage.untilData('foo', { foo: 'bar' });
      await reseal(stage, texts);
      await stage.untilData('foo', texts);
      await stage.untilSynced('foo', 2);
    },
  })),
  {
    title: 'a Secret that is marked managed is taken over, values and all',
    differs: "its labels and annotations of others stay, where upstream wipes them; the mark itself goes, as upstream's test expects",
    run: async (stage) => {
      await stage.create(secretType, 'foo', old, { annotations: { ...annotations(managed), note: 'x' }, labels: { theirs: 'x' } });
      await stage.start();
      await stage.declare('foo', { foo: 'bar' }, { template: { metadata: { labels: { ours: 'y' } } } });
      await stage.untilData('foo', { foo: 'bar' });
      const live = await stage.get(secretType, 'foo');
      expect(await owners(stage)).toEqual(['SealedSecret/foo/true']);
      expect([live?.metadata.annotations, live?.metadata.labels]).toEqual([{ note: 'x' }, { theirs: 'x', ours: 'y' }]);
    },
  },
  {
    title: 'one that is marked managed and patch is added to, and owned',
    run: async (stage) => {
      await stage.create(secretType, 'foo', old, { annotations: annotations(managed, patch), labels: { theirs: 'x' } });
      await stage.start();
      await stage.declare('foo', { foo: 'bar' }, { template: { metadata: { labels: { ours: 'y' } } } });
      await stage.untilData('foo', { foo: 'bar', theirs: 'x' });
      expect(await owners(stage)).toEqual(['SealedSecret/foo/true']);
      const live = await stage.get(secretType, 'foo');
      expect([live?.metadata.annotations, live?.metadata.labels]).toEqual([annotations(managed, patch), { theirs: 'x', ours: 'y' }]);
    },
  },
  ...([['one', old, { foo: 'bar', theirs: 'x' }], ['an empty one', {}, { foo: 'bar' }]] as const).map(([what, fields, data]): Case => ({
    title: `${what} that is marked patch only is added to, and stays its own`,
    run: async (stage) => {
      await stage.create(secretType, 'foo', fields, { annotations: annotations(patch) });
      await stage.start();
      await stage.declare('foo', { foo: 'bar' });
      await stage.untilData('foo', data);
      expect(await owners(stage)).toEqual([]);
    },
  })),
  { title: 'a Secret that is owned is brought back', run: deleted(true, {}) },
  { title: 'one without owner that is managed is brought back', run: deleted(true, { annotations: annotations(skipOwner, managed) }) },
  { title: 'one without owner is not brought back', run: deleted(false, { annotations: annotations(skipOwner) }) },
  { title: 'one that is only patched is not brought back', run: deleted(false, {}, annotations(patch)) },
  { title: 'what is sealed with a key of others, of 1024 bits, makes nothing', run: refused({ with: shortKey() }) },
  {
    title: 'the type of the template is that of the Secret',
    run: async (stage) => {
      await stage.start();
      await stage.declare('foo', { '.dockerconfigjson': '{"auths":{}}' }, { template: { type: 'kubernetes.io/dockerconfigjson' } });
      await stage.untilData('foo', { '.dockerconfigjson': '{"auths":{}}' });
      expect(await stage.get(secretType, 'foo')).toMatchObject({ type: 'kubernetes.io/dockerconfigjson' });
    },
  },
  {
    title: 'a Secret is immutable from the start where the template says so',
    run: async (stage) => {
      await stage.start();
      await stage.declare('foo', { foo: 'bar' }, { template: { immutable: true } });
      await stage.untilData('foo', { foo: 'bar' });
      expect(await stage.get(secretType, 'foo')).toMatchObject({ immutable: true });
    },
  },
  {
    title: 'and stays as it is from then on, which the status and an event say',
    run: async (stage) => {
      await stage.start();
      await stage.declare('foo', { foo: 'bar' }, { template: { immutable: true } });
      await stage.untilSynced('foo');
      await reseal(stage, { foo: 'bar2' });
      await stage.untilFailed('foo', /the target Secret is immutable/);
      expect(await stage.condition('foo')).toMatchObject({ observedGeneration: 2 });
      expect(await stage.data('foo')).toEqual({ foo: 'bar' });
      await stage.until(() => expect(stage.notes('foo').at(-1)).toMatch(/^ErrUpdateFailed: Error updating .*immutable/));
    },
  },
  { title: 'a value for another name makes nothing', run: refused({ whose: { name: 'bar' } }) },
  { title: 'a value for another namespace makes nothing', run: refused({ whose: { namespace: 'other' } }) },
  { title: 'a value for the whole cluster may have another name', run: opened({ scope: 'cluster-wide', whose: { name: 'bar' } }) },
  { title: 'a value for the whole cluster may be in another namespace', run: opened({ scope: 'cluster-wide', whose: { namespace: 'other' } }) },
  { title: 'a value for a namespace may have another name', run: opened({ scope: 'namespace-wide', whose: { name: 'bar' } }) },
  { title: 'a value for a namespace makes nothing in another', run: refused({ scope: 'namespace-wide', whose: { namespace: 'other' } }) },
];

/** The 22 cases of upstream's controller suite that a cluster can tell; the 23rd asks its binary for a version. */
export function describeSealedUpstreamCases(name: string, open: () => Promise<World>): void {
  describe(`Sealed Secrets' own cases ${name}`, () => {
    const stage = sealedStage('theirs', open);

    test.each(cases)('$title', ({ run }) => run(stage), 60_000);
  });
}
