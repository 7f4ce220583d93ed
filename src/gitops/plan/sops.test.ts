import { beforeAll, describe, expect, it } from 'vitest';
import { memoryHome } from '../../../test/support/memory-tree.ts';
import { type AgePair, agePair, encryptFile } from '../../../test/support/sops-files.ts';
import { createManifestReader } from '../render/manifest-reader.ts';
import { createResolver } from '../source/resolver.ts';
import { maskObject } from './mask-object.ts';
import { planRepository } from './plan-repository.ts';
import type { Plan } from './plan.ts';

let key: AgePair;

beforeAll(async () => {
  key = await agePair();
});

const application = (annotations: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: devnet, namespace: argocd, annotations: {${annotations}}}
spec:
  source: {repoURL: ., path: devnet}
  destination: {server: "https://kubernetes.default.svc", namespace: devnet}
`;
const secret = (metadata = '{name: faucet}'): string => `apiVersion: v1\nkind: Secret\nmetadata: ${metadata}\nstringData:\n    token: hunter2-canary\n    empty: ""\n`;
const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: bot}\nspec:\n  containers:\n    - name: main\n      env:\n        - name: TOKEN\n          valueFrom: {secretKeyRef: {name: faucet, key: ${name}}}\n`;

async function planOf(files: Readonly<Record<string, string>>, annotations = ''): Promise<Plan> {
  const home = memoryHome({ 'app.yaml': application(annotations), ...files });
  const { applications } = await planRepository({ home, resolver: createResolver({ home }), reader: createManifestReader(1 << 20) }, new AbortController().signal);
  const [one] = applications;
  if (one?.kind !== 'planned') throw new Error('not planned');
  return one.plan;
}

async function problemsOf(file: string, annotations?: string): Promise<readonly string[]> {
  const { problems } = await planOf({ 'devnet/a.yaml': file }, annotations);
  return problems.map(({ origin, path, message }) => `${origin?.file}:${origin?.line} ${path ?? ''}: ${message}`);
}

describe('a Secret that is encrypted with SOPS', () => {
  it('provides its keys to what needs them, and is planned without any key', async () => {
    const { needs, problems, phases } = await planOf({ 'devnet/a.yaml': await encryptFile(secret(), [key.recipient]), 'devnet/b.yaml': pod('token') });
    expect(problems).toEqual([]);
    expect(needs.map(({ secret: name, key: one, resolution }) => [name, one, resolution.state])).toEqual([['faucet', 'token', 'provided']]);
    expect(phases.find(({ name }) => name === 'secrets')?.objects.map(({ object }) => object.metadata)).toEqual([{ name: 'faucet', namespace: 'devnet' }]);
  });

  it('leaves a key missing that it does not have', async () => {
    const { problems } = await planOf({ 'devnet/a.yaml': await encryptFile(secret(), [key.recipient]), 'devnet/b.yaml': pod('tokem') });
    expect(problems.map(({ message }) => message)).toEqual(['Pod bot needs key "tokem" of Secret faucet: Secret devnet/faucet (devnet/a.yaml:1) makes only "token", "empty"; is "token" meant?']);
  });

  it('is shown without its ciphertexts, whatever the kind', async () => {
    const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n    a: hunter2-canary\n';
    const { phases } = await planOf({ 'devnet/a.yaml': await encryptFile(`${secret()}---\n${config}`, [key.recipient]) });
    const shown = phases.flatMap(({ objects }) => objects.map(maskObject));
    expect(shown.map(({ kind, stringData, data }) => [kind, stringData ?? data])).toEqual([['Secret', { token: '[redacted]', empty: '[redacted]' }], ['ConfigMap', { a: '[redacted]' }]]);
    expect(JSON.stringify(shown)).not.toMatch(/ENC\[|canary|sops/);
  });

  it.each([
    ['for another namespace', () => encryptFile(secret('{name: faucet, namespace: mainnet}'), [key.recipient]), 'metadata.namespace: is encrypted with SOPS and is for another namespace than devnet'],
    ['of no namespace', () => encryptFile('apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\ndata: {a: b}\n', [key.recipient]), 'metadata.namespace: an object that is encrypted with SOPS must be one of a namespace'],
    ['whose metadata is encrypted', () => encryptFile(secret(), [key.recipient], '.'), 'apiVersion: is encrypted, so that nobody can tell what the object is'],
    ['with a value in clear', () => encryptFile(secret().replace('stringData', 'data:\n    plain: aHVudGVyMg==\nstringData'), [key.recipient], '^stringData$'), 'data.plain: is not encrypted, unlike the rest of the file'],
    ['in a list', () => encryptFile('apiVersion: v1\nkind: List\nitems:\n    - {kind: Secret, apiVersion: v1, metadata: {name: x}, data: {a: b}}\n', [key.recipient]), ': lists cannot be encrypted with SOPS'],
    ['without its MAC', async () => (await encryptFile(secret(), [key.recipient])).replace(/ {4}mac: .*\n/, ''), ': encrypted with SOPS: sops.mac: is required'],
    ['with two rules', async () => (await encryptFile(secret(), [key.recipient])).replace('encrypted_regex:', 'encrypted_suffix: x\n    encrypted_regex:'), ': encrypted with SOPS: sops: has more than one rule'],
  ])('is refused %s', async (_, file, message) => {
    const problems = await problemsOf(await file());
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).toMatch(/^devnet\/a\.yaml:\d+ /);
    expect(problems.join()).not.toMatch(/ENC\[|canary/);
  });

  it('is nothing to the plan where it is no manifest', async () => {
    expect(await problemsOf(await encryptFile('metadata: x\npassword: canary\n', [key.recipient], '.'))).toEqual([]);
  });

  it('may name its own namespace', async () => {
    expect(await problemsOf(await encryptFile(secret('{name: faucet, namespace: devnet}'), [key.recipient]))).toEqual([]);
  });
});

describe('the Secret with the keys of SOPS', () => {
  const keysFrom = (store: string): string => `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: sops-keys}\nspec:\n  secretStoreRef: {name: ${store}}\n  data:\n    - {secretKey: a.agekey, remoteRef: {key: a}}\n`;
  const store = (more = '{fake: {data: []}}'): string => `apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: s}\nspec:\n  provider: ${more}\n`;

  it('may be made in the same Application, and is then made before what it opens, whatever the waves', async () => {
    const early = '{name: faucet, annotations: {argocd.argoproj.io/sync-wave: "-5"}}';
    const { phases, problems } = await planOf({ 'devnet/a.yaml': await encryptFile(secret(early), [key.recipient]), 'devnet/b.yaml': keysFrom('s'), 'devnet/c.yaml': store() });
    expect(problems).toEqual([]);
    expect(phases.find(({ name }) => name === 'secrets')?.objects.map(({ object: { kind, metadata } }) => `${kind} ${metadata.name}`)).toEqual(['ExternalSecret sops-keys', 'Secret faucet']);
  });

  it('cannot be among what it opens', async () => {
    const problems = await problemsOf(await encryptFile(secret('{name: sops-keys}'), [key.recipient]));
    expect(problems).toEqual([expect.stringContaining('devnet/a.yaml:1 : waits for itself: the keys that open it are in Secret devnet/sops-keys; put that Secret in by hand')]);
    expect(await problemsOf(await encryptFile(secret('{name: sops-keys}'), [key.recipient]), 'prelude.dev/sops-keys: others')).toEqual([]);
  });

  it('cannot be made with credentials that it opens', async () => {
    const aws = '{aws: {service: SecretsManager, region: x, auth: {secretRef: {accessKeyIDSecretRef: {name: faucet, key: token}, secretAccessKeySecretRef: {name: faucet, key: token}}}}}';
    const { problems } = await planOf({ 'devnet/a.yaml': await encryptFile(secret(), [key.recipient]), 'devnet/b.yaml': keysFrom('s'), 'devnet/c.yaml': store(aws) });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('waits for itself: the keys that open it are in Secret devnet/sops-keys, made by ExternalSecret devnet/sops-keys, which reads SecretStore s with credentials from Secret devnet/faucet'),
    ]);
  });

  it('cannot be made after what it opens', async () => {
    const account = await encryptFile('apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bot}\ndata:\n    a: b\n', [key.recipient]);
    const { problems } = await planOf({ 'devnet/a.yaml': account, 'devnet/b.yaml': keysFrom('s'), 'devnet/c.yaml': store() });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('is written before Secret devnet/sops-keys, whose keys open it, is made by ExternalSecret devnet/sops-keys')]);
    expect((await planOf({ 'devnet/a.yaml': account })).problems).toEqual([]);
  });
});

describe('a Secret whose values are files of SOPS', () => {
  const around = async (file: string): Promise<string> => `apiVersion: v1\nkind: Secret\nmetadata: {name: faucet}\ndata:\n    token.yaml: ${Buffer.from(file).toString('base64')}\n`;

  it('is taken, provides its keys, and shows nothing', async () => {
    const { problems, needs, phases } = await planOf({ 'devnet/a.yaml': await around(await encryptFile('token: canary\n', [key.recipient], '.')), 'devnet/b.yaml': pod('token.yaml') });
    expect(problems).toEqual([]);
    expect(needs.map(({ resolution }) => resolution.state)).toEqual(['provided']);
    expect(phases.flatMap(({ objects }) => objects.map(maskObject)).find(({ kind }) => kind === 'Secret')?.['data']).toEqual({ 'token.yaml': '[redacted]' });
  });

  it('is refused with a value beside them in clear, and with a file that is none', async () => {
    const good = await around(await encryptFile('token: canary\n', [key.recipient], '.'));
    expect((await problemsOf(`${good}    plain: aHVudGVyMg==\n`))[0]).toContain('is no secret');
    const broken = await around((await encryptFile('token: canary\n', [key.recipient], '.')).replace(/ {4}mac: .*\n/, ''));
    expect((await problemsOf(broken)).join()).toContain('data[token.yaml]: encrypted with SOPS: sops.mac: is required');
  });
});

describe('a plain Secret', () => {
  it('is refused, unless the Application allows it', async () => {
    expect((await problemsOf(secret()))[0]).toContain('a Secret with values in Git is no secret');
    expect(await problemsOf(secret(), 'prelude.dev/allow-plain-secrets: "true"')).toEqual([]);
    expect((await problemsOf(secret(), 'prelude.dev/allow-plain-secrets: "false"'))[0]).toContain('is no secret');
    expect((await problemsOf('', 'prelude.dev/allow-plain-secrets: "yes", prelude.dev/sops-keys: "Not A Name"')).map((text) => text.replace(/.*\[/, '['))).toEqual([
      '[prelude.dev/allow-plain-secrets]: must be "true" or "false"',
      '[prelude.dev/sops-keys]: must be the name of a Secret',
    ]);
  });
});
