import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { applicationType, deploymentType, sealedSecretType, secretType } from '../../src/kube/resource-types.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { sealValue } from '../../src/seal/ciphertext.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type NewSealingKey, newSealingKey } from '../support/new-sealing-key.ts';
import { type AuditEntry, isEffectiveWrite, readAuditLog } from '../support/parts/audit-log.ts';
import { at } from '../support/raw-api.ts';
import { type AgePair, agePair, encryptFile } from '../support/sops-files.ts';
import { startTestnet, type Testnet } from '../support/testnet.ts';

const never = new AbortController().signal;
const namespace = 'tools';
const values = ['hunter2-sealed-1', 'hunter2-sealed-2', 'hunter2-sops-1', 'hunter2-sops-2'];

describe('the barrier, with a SealedSecret and a Secret that SOPS has encrypted', () => {
  let testnet: Testnet;
  let controller: ControllerProcess;
  let sealingKey: NewSealingKey;
  let age: AgePair;
  const run = (): Promise<ControllerProcess> => startController({ ...testnet, args: [...testnet.args, '--controllers', 'secrets,git,sealed'] });

  beforeAll(async () => {
    [testnet, sealingKey, age] = await Promise.all([startTestnet({ parts: inject('parts'), values: { sealedSecrets: { enabled: true } } }), newSealingKey(), agePair()]);
    for (const name of ['devnet', 'stores']) await testnet.cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
    await commit(1);
    controller = await run();
  }, 240_000);

  afterAll(async () => {
    await controller.kill();
    await testnet[Symbol.asyncDispose]();
  });

  /** What the commit of this number holds: other values, and a workload that says so. */
  async function commit(number: 1 | 2): Promise<void> {
    const sealed = sealValue(SecretBytes.fromUtf8(`hunter2-sealed-${number}`), { key: sealingKey.certificate.publicKey, label: Buffer.from(`${namespace}/grafana-admin`), randomBytes });
    const files = {
      'grafana.yaml': `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: grafana-admin, namespace: ${namespace}}\nspec:\n  encryptedData: {password: ${Buffer.from(sealed).toString('base64')}}\n  template: {data: {username: admin}}\n`,
      'alertmanager.yaml': await encryptFile(`apiVersion: v1\nkind: Secret\nmetadata: {name: alertmanager}\nstringData:\n    token: hunter2-sops-${number}\n`, [age.recipient]),
      'deployment.yaml': deployment(number),
    };
    for (const [name, text] of Object.entries(files)) await testnet.remote.write(`tools/${name}`, text);
    await testnet.remote.push(`Tools ${number}`);
  }

  const put = (name: string, where: string, fields: object, labels = {}) => testnet.cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: where, name, labels }, ...fields }, { fieldManager: 'operator' }, never);
  const operation = async (): Promise<unknown> => at(await testnet.cluster.get(applicationType, { namespace: 'argocd', name: namespace }, never), 'status', 'operationState');
  const untilSaid = (message: string): Promise<void> => expect.poll(async () => at(await operation(), 'message'), { timeout: 60_000, interval: 100 }).toContain(message);
  const untilSucceeded = (number: number): Promise<void> =>
    expect.poll(async () => [at(await testnet.cluster.get(deploymentType, { namespace, name: 'grafana' }, never), 'spec', 'template', 'metadata', 'annotations', 'commit'), at(await operation(), 'phase')], { timeout: 90_000, interval: 100 }).toEqual([`n${number}`, 'Succeeded']);
  const workload = (): Promise<unknown> => testnet.cluster.get(deploymentType, { namespace, name: 'grafana' }, never);
  const valueOf = async (name: string, key: string): Promise<string> => Buffer.from(String(at(await testnet.cluster.get(secretType, { namespace, name }, never), 'data', key)), 'base64').toString();

  /** What the controller wrote in the namespace, as the API server has it on record. */
  const writes = (): readonly AuditEntry[] => readAuditLog(testnet.plane.auditLog).filter((entry) => entry.namespace === namespace && entry.user === 'system:serviceaccount:argocd:prelude' && isEffectiveWrite(entry));

  it('waits for each of their keys, and opens when the last has come, in the order of the API server', async () => {
    await testnet.cluster.create(applicationType, application(testnet.remote.url), { fieldManager: 'operator' }, never);
    await untilSaid(`Secret ${namespace}/sops-keys, which should hold the keys, is not there`);
    expect(await testnet.cluster.get(sealedSecretType, { namespace, name: 'grafana-admin' }, never)).toBeDefined();
    expect(await workload()).toBeUndefined();

    await put('sops-keys', namespace, { stringData: { 'a.agekey': age.identity } });
    await untilSaid(`SealedSecret ${namespace}/grafana-admin: no key could decrypt secret (password)`);
    expect(await valueOf('alertmanager', 'token')).toBe('hunter2-sops-1');
    expect(await workload()).toBeUndefined();

    // whoever is killed while it waits goes on waiting
    await controller.kill();
    controller = await run();
    await put('brought-along', 'argocd', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': sealingKey.certificate.pem, 'tls.key': sealingKey.keyPem } }, { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' });
    await untilSucceeded(1);

    expect(await valueOf('grafana-admin', 'password')).toBe('hunter2-sealed-1');
    inOrder(writes());
  }, 240_000);

  it('holds a commit with other values until both Secrets have them', async () => {
    const before = writes().length;
    await commit(2);
    await untilSucceeded(2);

    expect([await valueOf('grafana-admin', 'password'), await valueOf('alertmanager', 'token')]).toEqual(['hunter2-sealed-2', 'hunter2-sops-2']);
    inOrder(writes().slice(before));
  }, 120_000);

  it('shows no value on the way', async () => {
    const told = JSON.stringify([await testnet.cluster.get(applicationType, { namespace: 'argocd', name: namespace }, never), await testnet.cluster.get(sealedSecretType, { namespace, name: 'grafana-admin' }, never)]) + controller.output();
    for (const value of [...values, ...values.map((text) => Buffer.from(text).toString('base64')), 'AGE-SECRET-KEY', 'PRIVATE KEY']) expect(told).not.toContain(value);
  });
});

/** min(write of a workload) > max(Secret is there and said to be). */
function inOrder(entries: readonly AuditEntry[]): void {
  const times = (resource: string, moment: 'received' | 'completed'): readonly number[] => entries.filter((entry) => entry.resource === resource).map((entry) => entry[moment]);
  expect(new Set(entries.filter(({ resource }) => resource === 'secrets').map(({ name }) => name))).toEqual(new Set(['grafana-admin', 'alertmanager']));
  expect(times('deployments', 'received')).toHaveLength(1);
  const unsealed = Math.max(...entries.filter(({ resource, subresource }) => resource === 'sealedsecrets' && subresource === 'status').map(({ completed }) => completed));
  expect(Math.min(...times('deployments', 'received'))).toBeGreaterThan(Math.max(unsealed, ...times('secrets', 'completed')));
}

function deployment(number: number): string {
  const from = (name: string, secret: string, key: string): string => `            - {name: ${name}, valueFrom: {secretKeyRef: {name: ${secret}, key: ${key}}}}\n`;
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: grafana}\nspec:\n  selector: {matchLabels: {app: grafana}}\n  template:\n    metadata: {labels: {app: grafana}, annotations: {commit: n${number}}}\n    spec:\n      containers:\n        - name: main\n          image: registry.example/grafana:1\n          env:\n${from('PASSWORD', 'grafana-admin', 'password')}${from('ADMIN', 'grafana-admin', 'username')}${from('TOKEN', 'alertmanager', 'token')}`;
}

function application(repoURL: string) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace: 'argocd', name: namespace },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: 'tools' },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}
