import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { applicationType, clusterSecretStoreType, externalSecretType, namespaceType, secretType } from '../../src/kube/resource-types.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { type ControllerProcess, startController } from '../support/controller-process.ts';
import { type EventsFiles, writeEventsFiles } from '../support/events-files.ts';
import { putSecretValue } from '../support/events-sns.ts';
import { type SqsServer, startSqs } from '../support/events-sqs-server.ts';
import { at } from '../support/raw-api.ts';
import { awsStore, startTestnet, type Testnet } from '../support/testnet.ts';

const never = new AbortController().signal;
const namespace = 'testnet-events';
const remoteKey = 'events/db';

describe('prelude run, where changes at the provider are told', () => {
  let testnet: Testnet;
  let controller: ControllerProcess;
  let files: EventsFiles;
  let sqs: SqsServer;

  beforeAll(async () => {
    [testnet, sqs] = await Promise.all([startTestnet({ parts: inject('parts'), secrets: { [remoteKey]: 'one' } }), startSqs()]);
    files = await writeEventsFiles(sqs.queueUrl);
    const { cluster } = testnet;
    for (const name of ['stores', 'devnet']) await cluster.delete(applicationType, { namespace: 'argocd', name }, {}, never);
    await cluster.create(clusterSecretStoreType, parseYaml(awsStore)[0]?.value as KubeObject, { fieldManager: 'test' }, never);
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, never);
    const spec = { refreshInterval: '1h', secretStoreRef: { kind: 'ClusterSecretStore', name: 'testnet-secrets' }, data: [{ secretKey: 'password', remoteRef: { key: remoteKey } }] };
    await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace, name: 'db' }, spec }, { fieldManager: 'test' }, never);
    controller = await startController({ ...testnet, args: [...testnet.args, ...files.args] });
  }, 180_000);

  afterAll(async () => {
    await controller.stop();
    await Promise.all([testnet[Symbol.asyncDispose](), sqs[Symbol.asyncDispose]()]);
    files[Symbol.dispose]();
  });

  async function password(): Promise<string | undefined> {
    const encoded = at(await testnet.cluster.get(secretType, { namespace, name: 'db' }, never), 'data', 'password');
    return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : undefined;
  }

  it('reads what nobody tells of, first', async () => {
    await expect.poll(password, { timeout: 30_000 }).toBe('one');
  });

  it('has a change in the Secret as soon as somebody sends an event of it', async () => {
    testnet.aws.set(remoteKey, 'two');
    expect(await files.tell(remoteKey)).toBe(202);
    await expect.poll(password, { timeout: 5_000, interval: 20 }).toBe('two');
  });

  it('has it as soon as a queue holds the event that CloudTrail makes of it', async () => {
    testnet.aws.set(remoteKey, 'three');
    sqs.send(JSON.stringify(putSecretValue(remoteKey)));
    await expect.poll(password, { timeout: 5_000, interval: 20 }).toBe('three');
    await expect.poll(() => sqs.messages()).toEqual([]);
  });

  it('asks the provider for nothing that nobody reads', async () => {
    const asked = testnet.aws.calls();
    expect([await files.tell('events/unknown'), await files.tell('events/another')]).toEqual([202, 202]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(testnet.aws.calls()).toBe(asked);
  });

  it('ends within its time, though it waits for the queue', async () => {
    const began = performance.now();
    expect(await controller.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(controller.output()).not.toContain('a key as it stands');
  });
});
