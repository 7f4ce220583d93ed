import { expect, test } from 'vitest';
import { noTargets, parseGenericTargets, targetProblem } from './allowed-targets.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };

test('nothing but Secrets is made unless the operator says so', () => {
  expect(targetProblem(configMap, noTargets)).toBe('invalid generic target: v1 ConfigMap is not among the kinds that this controller may make; its operator allows them one by one');
});

test('a kind that is allowed is allowed in all of its versions, and no other with it', () => {
  const allowed = { kinds: parseGenericTargets(['v1/ConfigMap', 'argoproj.io/v1alpha1/AppProject']), others: false };

  expect(targetProblem(configMap, allowed)).toBeUndefined();
  expect(targetProblem({ apiVersion: 'argoproj.io/v1', kind: 'AppProject' }, allowed)).toBeUndefined();
  expect(targetProblem({ apiVersion: 'acme.example/v1', kind: 'ConfigMap' }, allowed)).toMatch(/^invalid generic target/);
  expect(targetProblem({ apiVersion: 'v1', kind: 'Service' }, allowed)).toMatch(/^invalid generic target/);
});

test.each([
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['authentication.k8s.io/v1', 'TokenRequest'],
  ['v1', 'Pod'],
  ['v1', 'ReplicationController'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['batch/v1beta1', 'CronJob'],
  ['external-secrets.io/v1', 'ClusterSecretStore'],
  ['generators.external-secrets.io/v1alpha1', 'Webhook'],
  ['argoproj.io/v1alpha1', 'Application'],
])('where all others are allowed, %s %s is not', (apiVersion, kind) => {
  expect(targetProblem({ apiVersion, kind }, { kinds: [], others: true })).toMatch(/^invalid generic target/);
  expect(targetProblem(configMap, { kinds: [], others: true })).toBeUndefined();
});

test('what runs code is allowed by its name alone', () => {
  const allowed = { kinds: parseGenericTargets(['apps/v1/Deployment']), others: true };

  expect(targetProblem({ apiVersion: 'apps/v1', kind: 'Deployment' }, allowed)).toBeUndefined();
  expect(targetProblem({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, allowed)).toMatch(/^invalid generic target/);
});

test.each(['ConfigMap', 'v1/configmap', 'a/b/v1/Widget', '/v1/Widget', 'v1/Secret', ''])('%j is no kind to allow', (text) => {
  expect(() => parseGenericTargets([text])).toThrow(RangeError);
});
