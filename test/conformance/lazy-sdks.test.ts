import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { externalSecretType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { awsEnvironment, awsProviderOf } from '../support/aws-store.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type CountingAws, startCountingAws } from '../support/counting-aws.ts';
import { openRealWorld, type RealWorld } from '../support/real-world.ts';
import { secretData } from '../support/secret-world.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const namespace = 'lazy';
const recorder = join(dirname(import.meta.dirname), 'support/record-modules.ts');
/** Its sources: in the bundle nothing tells a package from another. */
const program = join(dirname(dirname(import.meta.dirname)), 'src/cli/bin.ts');

let folder: string;
let world: RealWorld;
let aws: CountingAws;
let controller: ControllerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-loaded-'));
  [world, aws] = await Promise.all([openRealWorld(), startCountingAws({ secrets: { a: 'value a' } })]);
  controller = await startController({ program, kubeconfig: world.kubeconfig, args: ['--controllers', 'secrets'], env: { ...awsEnvironment(aws.url), NODE_OPTIONS: `--import=${recorder}`, RECORD_MODULES: join(folder, 'loaded') } });
});

afterAll(async () => {
  await controller.stop();
  await Promise.all([world.stop(), aws.close()]);
  rmSync(folder, { recursive: true });
});

/** The packages of SDKs that the process has loaded something of so far. */
function loadedSdks(): readonly string[] {
  const record = join(folder, 'loaded');
  const urls = existsSync(record) ? readFileSync(record, 'utf8').split('\n') : [];
  const packages = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? '');
  // something must have been recorded for nothing to mean anything
  expect(packages).toContain('zod');
  return [...new Set(packages.filter((name) => /^(@aws-sdk|@smithy|@azure|@google-cloud|@grpc)\/|^google-gax$/.test(name)))].toSorted();
}

// each test goes on where the one before has left the process
describe('the controller', () => {
  it('has loaded no SDK of a provider while there is no store', () => {
    expect(controller.startedIn).toBeGreaterThan(0);
    expect(loadedSdks()).toEqual([]);
  });

  it('loads the SDK of the service that a store names once it is asked, and no other', async () => {
    await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, by, never);
    await world.cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'aws-credentials' }, stringData: { id: aws.accessKeyId, secret: 'not-a-real-secret-key' } }, by, never);
    await world.cluster.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace, name: 'aws' }, spec: { provider: awsProviderOf() } }, by, never);
    const spec = { secretStoreRef: { name: 'aws' }, data: [{ secretKey: 'a', remoteRef: { key: 'a' } }] };
    await world.cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name: 'first' }, spec }, by, never);
    await vi.waitFor(async () => expect(await secretData(world.cluster, namespace, 'first')).toEqual({ a: 'value a' }), { timeout: 30_000, interval: 100 });

    const sdks = loadedSdks();
    expect(sdks).toContain('@aws-sdk/client-secrets-manager');
    expect(sdks.filter((name) => /^@(azure|google-cloud|grpc)\/|^@aws-sdk\/client-(?!secrets-manager)/.test(name))).toEqual([]);
  });
});
