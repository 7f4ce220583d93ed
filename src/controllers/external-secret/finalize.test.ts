import { afterEach, beforeEach, expect, test } from 'vitest';
import { externalSecret, externalSecretObject } from '../../../test/support/external-secret.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import { makeNamespace } from '../../../test/support/secret-world.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { externalSecretType, secretType } from '../../kube/resource-types.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import { desiredSecret, plainContent } from '../../secret/desired-secret.ts';
import { newSecret } from '../../secret/secret-object.ts';
import { finalize } from './finalize.ts';

const { signal } = new AbortController();
const key = { namespace: 'devnet', name: 'database' };
const finalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup';
const spec = { target: { deletionPolicy: 'Delete' } };

let world: World;
let metadata: ObjectMeta & { readonly uid: string };
let notes: EventNote[];

beforeEach(async () => {
  world = await openLocalWorld();
  notes = [];
  await makeNamespace(world.cluster, 'devnet');
  const object = externalSecretObject({ spec, metadata: { finalizers: [finalizer] } });
  const made = await world.cluster.create(externalSecretType, object, { fieldManager: 'test' }, signal);
  metadata = { ...made.metadata, uid: made.metadata.uid ?? '' };
  const declared = externalSecret({ spec, metadata: { uid: metadata.uid } });
  await world.cluster.create(secretType, newSecret(desiredSecret(declared, plainContent(declared, new Map()))), { fieldManager: 'test' }, signal);
});
afterEach(() => world.close());

function finalizeWith(deletes?: KubeError): Promise<void> {
  const cluster = {
    create: world.cluster.create.bind(world.cluster),
    update: world.cluster.update.bind(world.cluster),
    get: world.cluster.get.bind(world.cluster),
    delete: deletes === undefined ? world.cluster.delete.bind(world.cluster) : () => Promise.reject(deletes),
  };
  const entry = { ...externalSecretObject({ spec }), metadata, parsed: { ok: true, value: externalSecret({ spec, metadata }) } } as const;
  return finalize(entry, { cluster, writes: createSemaphore(1), events: { record: (_about, note) => void notes.push(note) } }, signal);
}

const finalizers = async (): Promise<readonly string[] | undefined> => (await world.cluster.get(externalSecretType, key, signal))?.metadata.finalizers;

test('with deletionPolicy Delete the Secret goes, and then the finalizer', async () => {
  await finalizeWith();

  expect(await world.cluster.get(secretType, key, signal)).toBeUndefined();
  expect([await finalizers(), notes]).toEqual([[], []]);
});

test('who may not delete Secrets lets the ExternalSecret go, and says so', async () => {
  await finalizeWith(new KubeError('denied', 'no'));

  expect(await world.cluster.get(secretType, key, signal)).toBeDefined();
  expect(await finalizers()).toEqual([]);
  expect(notes).toEqual([{ type: 'Warning', reason: 'UpdateFailed', message: expect.stringMatching(/^Secret "database" may not be deleted by this controller: /) }]);
});

test('what fails otherwise is tried again before the finalizer is taken off', async () => {
  await expect(finalizeWith(new KubeError('unavailable', 'busy'))).rejects.toThrow('busy');
  expect(await finalizers()).toEqual([finalizer]);
});
