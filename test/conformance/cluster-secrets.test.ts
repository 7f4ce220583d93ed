import { inspect } from 'node:util';
import { expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { type KubeErrorKind, isKubeError } from '../../src/kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { secretType } from '../../src/kube/resource-types.ts';
import { useRealCluster } from '../support/real-cluster.ts';

const real = useRealCluster(inject('controlPlane'));
const { signal } = new AbortController();
const ours = { fieldManager: 'ours' };

const planted = 'pl@nted "value"/+~';
/** Every shape in which the value could come back. */
const encodings: readonly string[] = [
  planted,
  Buffer.from(planted).toString('base64'),
  Buffer.from(planted).toString('base64url'),
  Buffer.from(planted).toString('hex'),
  encodeURIComponent(planted),
  JSON.stringify(planted).slice(1, -1),
];
const value = Buffer.from(planted).toString('base64');

const policyType: ResourceType = { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', namespaced: false, statusSubresource: true };
const bindingType: ResourceType = { ...policyType, kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings', statusSubresource: false };

function secret(namespace: string, name: string, fields: object = { data: { value } }): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, ...fields };
}

/** Fails unless the call is refused with that kind, and nothing of the error holds the value. */
async function refusedInSilence(kind: KubeErrorKind, call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isKubeError(error)) throw new Error('the call was not refused by a KubeError', { cause: error });
  expect(error.kind).toBe(kind);
  const everything = [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join('\n');
  for (const text of encodings) expect(everything).not.toContain(text);
  return error.message;
}

it.each<[title: string, kind: KubeErrorKind, fields: object]>([
  ['data that is not base64', 'invalid', { data: { value: planted } }],
  ['data that is an object', 'invalid', { data: { value: { [planted]: planted } } }],
  ['text that is a list', 'invalid', { stringData: { value: [planted] } }],
  ['a value that is too long', 'invalid', { data: { value: Buffer.alloc(1_200_000, planted).toString('base64') } }],
  ['a body that is too large', 'invalid', { data: { value: Buffer.alloc(4_000_000, planted).toString('base64') } }],
  ['a key that is none', 'invalid', { data: { 'not a key': value } }],
  ['a pull secret that is not JSON', 'invalid', { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': value } }],
  ['a pull secret without its key', 'invalid', { type: 'kubernetes.io/dockerconfigjson', data: { value } }],
])('a Secret refused for %s is refused without its value', async (_title, kind, fields) => {
  const [cluster, namespace] = [await real.admin(), await real.namespace()];

  await refusedInSilence(kind, cluster.create(secretType, secret(namespace, 'a', fields), ours, signal));
  await refusedInSilence(kind, cluster.apply(secretType, secret(namespace, 'a', fields), ours, signal));
});

it('a taken name, an old version, another manager: each is told with names only', async () => {
  const [cluster, namespace] = [await real.admin(), await real.namespace()];
  const first = await cluster.apply(secretType, secret(namespace, 'a', { data: { value: 'AA==' } }), { fieldManager: 'theirs' }, signal);
  await cluster.update(secretType, { ...first, data: { value: 'AQ==' } }, { fieldManager: 'theirs' }, signal);

  const taken = await refusedInSilence('exists', cluster.create(secretType, secret(namespace, 'a'), ours, signal));
  const old = await refusedInSilence('conflict', cluster.update(secretType, { ...first, data: { value } }, ours, signal));
  const contested = await refusedInSilence('conflict', cluster.apply(secretType, secret(namespace, 'a'), ours, signal));
  const gone = await refusedInSilence('absent', cluster.update(secretType, { ...secret(namespace, 'b'), metadata: { name: 'b', namespace, resourceVersion: '1' } }, ours, signal));

  expect(taken).toContain(`create secrets ${namespace}/a`);
  expect(old).toContain('modified');
  expect(contested).toContain('theirs');
  expect(contested).toContain('.data.value');
  expect(gone).toContain('not found');
});

it('an immutable Secret says which field may not change', async () => {
  const [cluster, namespace] = [await real.admin(), await real.namespace()];
  const first = await cluster.create(secretType, secret(namespace, 'a', { data: { value: 'AA==' }, immutable: true }), ours, signal);

  const message = await refusedInSilence('invalid', cluster.update(secretType, { ...first, data: { value } }, ours, signal));

  expect(message).toContain('data');
});

it('a policy that quotes the value in its refusal is not quoted', async () => {
  const [cluster, namespace] = [await real.admin(), await real.namespace()];
  await withPolicy(cluster, namespace, async () => {
    await expect.poll(() => dryRun(cluster, namespace), { timeout: 20_000 }).toBe(false);

    const message = await refusedInSilence('invalid', cluster.create(secretType, secret(namespace, 'a'), ours, signal));

    expect(message).toContain(`create secrets ${namespace}/a`);
  });
});

/** Whether the policy lets a Secret through; it takes a moment until the API server knows it. */
async function dryRun(cluster: Cluster, namespace: string): Promise<boolean> {
  try {
    await cluster.create(secretType, secret(namespace, 'probe'), { ...ours, dryRun: true }, signal);
    return true;
  } catch {
    return false;
  }
}

async function withPolicy(cluster: Cluster, namespace: string, run: () => Promise<void>): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: `quoting-${namespace}` };
  const policy: KubeObject = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
      },
      validations: [{ expression: 'false', messageExpression: "'I do not like ' + string(object.data.value)" }],
    },
  };
  const binding: KubeObject = { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: { policyName: metadata.name, validationActions: ['Deny'] } };
  await cluster.create(policyType, policy, ours, signal);
  await cluster.create(bindingType, binding, ours, signal);
  try {
    await run();
  } finally {
    await cluster.delete(bindingType, metadata, {}, signal);
    await cluster.delete(policyType, metadata, {}, signal);
  }
}
