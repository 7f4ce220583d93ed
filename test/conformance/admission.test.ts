import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { shippedChecks } from '../../src/app/shipped-checks.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster } from '../../src/kube/port.ts';
import { externalSecretType, namespaceType, secretStoreType, validatingWebhookConfigurationType } from '../../src/kube/resource-types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createAdmissionServer } from '../../src/server/admission.ts';
import type { Server } from '../../src/server/listen-at.ts';
import { createAuthority } from '../support/certificate.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { refusal } from '../support/refusal.ts';
import { installUpstreamCrds } from '../support/takeover/upstream-cluster.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const namespace = 'guarded';

// a control plane of its own, with External Secrets' CRDs: the configuration concerns objects of every namespace
let plane: ControlPlane;
let cluster: Cluster;
let server: Server;
let folder: string;

beforeAll(async () => {
  plane = await startControlPlane(inject('parts'));
  cluster = await openCluster({ kubeconfig: plane.kubeconfig });
  await installUpstreamCrds(cluster, inject('parts').upstream.crds);
  const authority = createAuthority('admission-test');
  const { cert, key } = authority.issue({ commonName: 'prelude', hosts: ['127.0.0.1'] });
  folder = mkdtempSync(join(tmpdir(), 'prelude-admission-'));
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key);
  server = await createAdmissionServer({ host: '127.0.0.1', port: 0, certFolder: folder, check: shippedChecks(), clock: systemClock, log: createLog({ level: 'silent', destination: 'stdout' }) });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
  await cluster.create(externalSecretType, broken('older'), by, never);
  const webhook = (resource: string, path: string): object => ({
    name: `validate.${resource}.external-secrets.io`,
    rules: [{ apiGroups: ['external-secrets.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: [resource] }],
    clientConfig: { url: `https://127.0.0.1:${server.port}${path}`, caBundle: Buffer.from(authority.cert).toString('base64') },
    admissionReviewVersions: ['v1', 'v1beta1'],
    sideEffects: 'None',
  });
  // upstream's own paths
  const webhooks = [webhook('externalsecrets', '/validate-external-secrets-io-v1-externalsecret'), webhook('secretstores', '/validate-external-secrets-io-v1-secretstore')];
  await cluster.create(validatingWebhookConfigurationType, { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: { name: 'externalsecret-validate' }, webhooks }, by, never);
  // the API server learns of it from a watch
  await vi.waitFor(async () => expect((await refusal(cluster.create(externalSecretType, broken('probe'), by, never))).kind).toBe('invalid'), { timeout: 20_000, interval: 200 });
}, 120_000);

afterAll(async () => {
  await server.close();
  await cluster.close();
  await plane.stop();
  rmSync(folder, { recursive: true });
});

function externalSecret(name: string, spec: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name }, spec: { secretStoreRef: { name: 'vault' }, ...spec } };
}

/** The schema of the CRD takes it; only a program sees that one Secret would be deleted by an object that does not own it. */
function broken(name: string): KubeObject {
  return externalSecret(name, { target: { creationPolicy: 'Merge', deletionPolicy: 'Delete' }, data: [{ secretKey: 'a', remoteRef: { key: 'planted-key' } }] });
}

describe('the admission webhook, asked by a real API server', () => {
  it('lets a good ExternalSecret pass', async () => {
    const made = await cluster.create(externalSecretType, externalSecret('good', { data: [{ secretKey: 'a', remoteRef: { key: 'b' } }] }), by, never);

    expect(made.metadata.uid).toBeDefined();
  });

  it('refuses a bad one with the path of the field, and quotes no value', async () => {
    const error = await refusal(cluster.create(externalSecretType, broken('bad'), by, never));

    expect(error.kind).toBe('invalid');
    expect(error.message).toContain('spec.target.deletionPolicy: Delete must not be used with creationPolicy Merge');
  });

  it('refuses a store whose provider is not served here', async () => {
    const chef = { serverUrl: 'https://chef.example/organizations/planted/', username: 'planted', auth: { secretRef: { privateKeySecretRef: { name: 'chef', key: 'key' } } } };
    const store = { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name: 'elsewhere' }, spec: { provider: { chef } } };

    expect((await refusal(cluster.create(secretStoreType, store, by, never))).message).toMatch(/spec\.provider\.chef: the provider is not known/);
  });

  it('lets an object that was stored before, and is not valid, change its metadata and go', async () => {
    const stored = await cluster.get(externalSecretType, { namespace, name: 'older' }, never);
    if (stored === undefined) throw new Error('it is not there');

    const changed = await cluster.update(externalSecretType, { ...stored, metadata: { ...stored.metadata, labels: { a: 'b' } } }, by, never);
    const spec = { ...(stored['spec'] as object), refreshInterval: '2h' };
    expect((await refusal(cluster.update(externalSecretType, { ...changed, spec }, by, never))).message).toContain('spec.target.deletionPolicy');
    expect(await cluster.delete(externalSecretType, { namespace, name: 'older' }, {}, never)).toBe(true);
  });
});
