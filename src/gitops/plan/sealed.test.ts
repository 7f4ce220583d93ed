import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { newSealingKey } from '../../../test/support/new-sealing-key.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { sealValue } from '../../seal/ciphertext.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';
import { maskObject } from './mask-object.ts';
import { planRepository } from './plan-repository.ts';
import type { Plan } from './plan.ts';

let sealed: string;

beforeAll(async () => {
  const { certificate } = await newSealingKey();
  sealed = Buffer.from(sealValue(SecretBytes.fromUtf8('hunter2-canary'), { key: certificate.publicKey, label: Buffer.from('devnet/faucet'), randomBytes })).toString('base64');
});

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: devnet, namespace: argocd}
spec:
  source: {repoURL: ., path: devnet}
  destination: {server: "https://kubernetes.default.svc", namespace: devnet}
`;

interface Fields {
  readonly metadata?: string;
  readonly template?: string;
  readonly values?: string;
}

const sealedSecret = ({ metadata = '{name: faucet, namespace: devnet}', template = '{}', values = `{token: ${sealed}}` }: Fields = {}): string =>
  `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: ${metadata}\nspec:\n  encryptedData: ${values}\n  template: ${template}\n`;
const pod = (key: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: bot}\nspec:\n  imagePullSecrets: [{name: faucet}]\n  containers:\n    - name: main\n      env:\n        - name: TOKEN\n          valueFrom: {secretKeyRef: {name: faucet, key: ${key}}}\n`;

async function planOf(files: Readonly<Record<string, string>>): Promise<Plan> {
  const home = memoryHome({ 'app.yaml': application, ...files });
  const { applications } = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
  const [one] = applications;
  return one?.kind === 'planned' ? one.plan : expect.fail('not planned');
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return (await planOf(files)).problems.map(({ severity, origin, path, message }) => `${origin?.file}:${origin?.line} ${severity} ${path ?? ''}: ${message}`);
}

describe('a SealedSecret', () => {
  it('provides its keys, those of templates too, and comes before the barrier', async () => {
    const template = '{type: kubernetes.io/dockerconfigjson, data: {url: "https://{{ .token }}"}}';
    const { needs, problems, phases } = await planOf({ 'devnet/a.yaml': sealedSecret({ template }), 'devnet/b.yaml': `${pod('token')}---\n${pod('url').replace('bot', 'two')}` });
    expect(problems).toEqual([]);
    expect(needs.map(({ secret, key = 'all', resolution }) => `${secret} ${key} ${resolution.state} ${'by' in resolution ? resolution.by?.kind : ''}`).toSorted()).toEqual(['faucet all provided SealedSecret', 'faucet token provided SealedSecret', 'faucet url provided SealedSecret']);
    expect(phases.find(({ name }) => name === 'secrets')?.objects.map(({ object: { kind, metadata } }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual(['SealedSecret devnet/faucet']);
  });

  it('leaves a key missing that it does not have, and says what makes a pull secret', async () => {
    const problems = await problemsOf({ 'devnet/a.yaml': sealedSecret(), 'devnet/b.yaml': pod('tokne') });
    expect(problems.join('\n')).toContain('Pod bot needs key "tokne" of Secret faucet: SealedSecret devnet/faucet (devnet/a.yaml:1) makes only "token"; is "token" meant?');
    expect(problems.join('\n')).toContain('set spec.template.type of SealedSecret faucet');
  });

  it('has no Secret to itself that another declaration makes', async () => {
    const other = 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: other}\nspec:\n  secretStoreRef: {name: s}\n  target: {name: faucet}\n  data:\n    - {secretKey: a, remoteRef: {key: a}}\n';
    expect((await problemsOf({ 'devnet/a.yaml': sealedSecret(), 'devnet/b.yaml': other })).filter((one) => one.includes('keep one'))).toHaveLength(2);
  });

  it.each([
    ['a value that was never sealed', { values: '{token: aHVudGVyMi1jYW5hcnk=}' }, '5 error spec.encryptedData.token: is no sealed value'],
    ['a value that is no base64', { values: '{token: hunter2-canary}' }, '5 error spec.encryptedData.token: is no sealed value'],
    ['a value that is no text', { values: '{token: 7}' }, '5 error spec.encryptedData.token: must be a ciphertext in base64'],
    ['a key that no Secret can have', { values: '{"to ken": AgA=}' }, '5 error spec.encryptedData[to ken]: '],
    ['a template that cannot be parsed', { template: '{data: {url: "{{ .my-token }}"}}' }, '6 error spec.template.data.url: '],
    ['a template for a key that is sealed', { template: '{data: {token: "x{{ .token }}"}}' }, '6 warning spec.template.data.token: is rendered for nothing'],
    ['a field that is unknown', { template: '{imutable: true}' }, '6 error spec.template.imutable: unknown field'],
    ['a type that grants rights', { template: '{type: kubernetes.io/service-account-token}' }, '6 error spec.template.type: '],
    ['no namespace', { metadata: '{name: faucet}' }, "3 warning metadata.namespace: is not said, and the values open in the namespace alone that they were sealed for; the Application's is devnet"],
    ['a namespace that it was not sealed for', { template: '{metadata: {namespace: mainnet}}' }, '3 warning metadata.namespace: is devnet, and spec.template says that the values were sealed for namespace mainnet'],
    ['a name that it was not sealed for', { template: '{metadata: {name: seed, namespace: devnet}}' }, '3 warning metadata.name: spec.template says that the values were sealed for the name seed'],
  ])('is told of with file and line where it has %s, and no value is shown', async (_, fields, expected) => {
    const files = { 'devnet/a.yaml': sealedSecret(fields) };
    const problems = await problemsOf(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`devnet/a.yaml:${expected}`);
    expect(JSON.stringify([problems, (await planOf(files)).phases.flatMap(({ objects }) => objects.map(maskObject))])).not.toMatch(/canary|aHVudGVy/);
  });

  it.each([
    ['namespace-wide', '{name: faucet, namespace: devnet, annotations: {sealedsecrets.bitnami.com/namespace-wide: "true"}}', '{metadata: {name: seed, namespace: devnet}}'],
    ['cluster-wide', '{name: faucet, annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}}', '{metadata: {name: seed, namespace: mainnet}}'],
  ])('may have another name or be elsewhere where it is %s', async (_, metadata, template) => {
    expect(await problemsOf({ 'devnet/a.yaml': sealedSecret({ metadata, template }) })).toEqual([]);
  });

  it('of the deprecated form leaves its keys to the barrier, and is warned of', async () => {
    const text = `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: faucet, namespace: devnet}\nspec:\n  data: ${sealed}\n`;
    const { needs, problems } = await planOf({ 'devnet/a.yaml': text, 'devnet/b.yaml': pod('token').replace(/ {2}imagePull.*\n/, '') });
    expect(needs.map(({ resolution }) => resolution.state)).toEqual(['barrier']);
    expect(problems.map(({ severity, path }) => [severity, path])).toEqual([['warning', 'spec.data']]);
  });
});
