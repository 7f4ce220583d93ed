import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { deploymentType, sealedSecretType, secretType } from '../../kube/resource-types.ts';
import { sealingKeyLabel } from '../sealing-keys/key-secret.ts';
import { takeOverSealed } from './run-sealed-takeover.ts';
import { sealedDeployment } from './sealed-deployment.ts';
import { sealedReport } from './sealed-report.ts';

const folder = new LocalFolder();

function deployment(name: string, container: object, { replicas = 1, labels = {} }: { readonly replicas?: number; readonly labels?: Readonly<Record<string, string>> } = {}): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'kube-system', name, labels }, spec: { replicas, template: { spec: { containers: [container] } } } };
}

const upstream = { image: 'docker.io/bitnami/sealed-secrets-controller:0.40.0', command: ['controller'], args: ['--key-renew-period=0', '--update-status', '--label-selector', 'a=b', '--odd'], env: [{ name: 'SEALED_SECRETS_KEY_PREFIX', value: 'mine' }] };

async function open(...deployments: readonly KubeObject[]): Promise<Cluster> {
  const cluster = await folder.open({ types: [sealedSecretType] });
  for (const object of deployments) await cluster.create(deploymentType, object, us, signal);
  return cluster;
}

async function addKey(cluster: Cluster): Promise<void> {
  await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kube-system', name: 'mineabcde', labels: { [sealingKeyLabel]: 'active' } }, data: {} }, us, signal);
}

function run(cluster: Cluster, mode: 'check' | 'apply' = 'check', scaleDown = false) {
  const lines: string[] = [];
  const result = takeOverSealed(cluster, { mode, scaleDown, kubectlFlags: ' --context prod' }, { clock: createFakeClock(), progress: (line) => void lines.push(line) }, signal);
  return result.then((found) => ({ ...found, lines }));
}

describe('a takeover from Sealed Secrets', () => {
  it('finds its controller by image or label, with what it was told', () => {
    expect([...(sealedDeployment(deployment('x', upstream))?.flags ?? [])]).toEqual([['key-prefix', 'mine'], ['key-renew-period', '0'], ['update-status', 'true'], ['label-selector', 'a=b'], ['odd', 'true']]);
    expect(sealedDeployment(deployment('x', { image: 'registry.example/mirror@sha256:00' }, { labels: { 'app.kubernetes.io/name': 'sealed-secrets' } }))).toBeDefined();
    expect(sealedDeployment(deployment('x', { image: 'acme/sealed-secrets-web:1' }))).toBeUndefined();
  });

  it('says what is in the way, what it was told, and the way back; and writes nothing', async () => {
    const cluster = await open(deployment('sealed-secrets-controller', upstream));
    await addKey(cluster);

    const { report, facts } = await run(cluster);

    expect([report.ready, facts.keys]).toEqual([false, new Map([['kube-system', 1]])]);
    expect(report.steps.map(({ title }) => title)).toEqual(['stop Deployment kube-system/sealed-secrets-controller', 'have Prelude use the keys in namespace kube-system', 'decide on --label-selector=a=b of Deployment kube-system/sealed-secrets-controller']);
    expect(report.steps[0]?.commands).toEqual(['kubectl --context prod -n kube-system scale deployment sealed-secrets-controller --replicas=0']);
    expect(report.notes).toEqual([
      'Deployment kube-system/sealed-secrets-controller says --key-prefix=mine: say --seal-key-prefix=mine',
      'Deployment kube-system/sealed-secrets-controller says --key-renew-period=0: say --seal-key-renew-period=0',
      'Deployment kube-system/sealed-secrets-controller says --odd, which Prelude does not know',
      expect.stringContaining('to go back: '),
    ]);
    expect(await cluster.get(deploymentType, { namespace: 'kube-system', name: 'sealed-secrets-controller' }, signal)).toMatchObject({ spec: { replicas: 1 } });
  });

  it('stops it only where that is asked for, and is done then', async () => {
    const cluster = await open(deployment('sealed-secrets-controller', { image: 'bitnami/sealed-secrets:1' }), deployment('prelude', { image: 'prelude:1', args: ['run', '--controllers=secrets,sealed', '--seal-key-namespace=kube-system'] }));
    await addKey(cluster);

    const refused = await run(cluster, 'apply');
    expect([refused.report.ready, refused.lines]).toEqual([false, ['stopped here: Deployment kube-system/sealed-secrets-controller runs; say --scale-down to have it stopped']]);
    expect(refused.report.steps[0]?.why).toMatch(/^it runs beside Prelude/);

    const done = await run(cluster, 'apply', true);
    expect([done.report.ready, done.lines[0]]).toEqual([true, 'scaled Deployment kube-system/sealed-secrets-controller to 0']);
    expect((await run(cluster, 'apply', true)).lines).toEqual([]);
  });

  it('asks for the backup where there are objects and no key', async () => {
    const cluster = await open();
    await cluster.create(sealedSecretType, { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { namespace: 'kube-system', name: 'a' }, spec: {} }, us, signal);
    expect((await run(cluster)).report.steps.map(({ title }) => title)).toEqual(['restore the keys']);
  });

  it("notes a definition that has no place for what Prelude remembers, and none of ours", async () => {
    const facts = { deployments: [], keys: new Map(), objects: { all: 0, synced: 0 }, own: [] };
    const notes = (remembers?: boolean): readonly string[] => sealedReport({ ...facts, ...(remembers === undefined ? {} : { remembers }) }, { kubectlFlags: '' }).notes;
    expect(notes(false)).toEqual([expect.stringMatching(/^the definition of SealedSecret is Sealed Secrets' own/)]);
    expect([notes(true), notes()]).toEqual([[], []]);
  });
});
