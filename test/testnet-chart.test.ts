import { globSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseApplication } from '../src/api/application.ts';
import { sample, sampleTestnets } from './support/sample-secrets.ts';

const chart = join(dirname(import.meta.dirname), 'charts/testnet');

interface SchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

function read(path: string): string {
  return readFileSync(join(chart, path), 'utf8');
}

/** What values.yaml says without being a list, a map of the user's own, or a quantity: `a.b`. */
function leaves(value: object, path = ''): readonly string[] {
  const whole = new Set(['resources', 'podLabels', 'externalSecrets.secrets']);
  return Object.entries(value).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const isGroup = typeof child === 'object' && child !== null && !Array.isArray(child) && !whole.has(name) && !whole.has(here);
    return isGroup ? leaves(child, here) : [here];
  });
}

describe('the sample testnet chart, as it lies in the repository', () => {
  it('explains every value it has', () => {
    const readme = read('README.md');

    expect(leaves(parse(read('values.yaml'))).filter((path) => !readme.includes(`\`${path}\``))).toEqual([]);
  });

  it('has a schema that knows every value it has', () => {
    const schema = JSON.parse(read('values.schema.json'));
    const resolve = (node: SchemaNode): SchemaNode => (node.$ref === undefined ? node : schema.definitions[node.$ref.replace('#/definitions/', '')]);
    const unknown = leaves(parse(read('values.yaml'))).filter((path) => path.split('.').reduce<SchemaNode | undefined>((node, key) => node && resolve(node).properties?.[key], schema) === undefined);

    expect(unknown).toEqual([]);
    expect(schema.additionalProperties).toBe(false);
  });

  it('holds no secret: what is taken from Secrets is empty, and nothing but a template makes a Secret', () => {
    const { keyPassword, seed } = parse(read('values.yaml'));

    expect([keyPassword, seed.libp2pKeyPair]).toEqual(['', '']);
    const secrets = globSync('templates/*.yaml', { cwd: chart }).filter((path) => /^kind: Secret$/m.test(read(path)));
    expect(secrets.toSorted()).toEqual(['templates/key-password.yaml', 'templates/seed-libp2p.yaml']);
  });

  it('depends on the chart that it brings', () => {
    const [dependency] = parse(read('Chart.yaml')).dependencies;
    const { name, version } = parse(read('charts/postgres/Chart.yaml'));

    expect(dependency).toEqual({ name, version: '0.1.x', repository: '', condition: 'archive.enabled' });
    expect(version).toMatch(/^0\.1\.\d+$/);
  });
});

describe.each(sampleTestnets)('the sample testnet %s', (name) => {
  const folder = join(sample, 'testnets', name);
  const readHere = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const manifest = parse(readHere('application.yaml'));

  it('is a release of the very chart that stands in charts/, with a values file of its own, and its references beside it', () => {
    const parsed = parseApplication(manifest);

    expect(parsed.ok && parsed.value.spec.sources).toMatchObject([
      { repoURL: '.', path: 'charts/testnet', helm: { releaseName: name, valueFiles: [`/testnets/${name}/values.yaml`] } },
      { repoURL: '.', path: `testnets/${name}/secrets` },
    ]);
    expect(realpathSync(join(sample, 'charts/testnet'))).toBe(realpathSync(chart));
  });

  it('keeps itself as Git says, in a namespace that is made for it, and tries again', () => {
    const { info, destination, syncPolicy } = manifest.spec;

    expect(info.map(({ name: about }: { readonly name: string }) => about)).toEqual(['Owner', 'Runbook']);
    expect(destination).toEqual({ server: 'https://kubernetes.default.svc', namespace: name });
    expect(syncPolicy).toEqual({
      automated: { prune: true, selfHeal: true },
      retry: { limit: 5, backoff: { duration: '15s', factor: 2, maxDuration: '10m' } },
      syncOptions: ['CreateNamespace=true'],
    });
  });

  it('takes the key pair and the password of the chart from a Secret, and writes neither down', () => {
    const from = parse(manifest.metadata.annotations['prelude.dev/values-from']);
    const values = parse(readHere('values.yaml'));

    expect(from.map(({ targetPath }: { readonly targetPath: string }) => targetPath)).toEqual(['seed.libp2pKeyPair', 'keyPassword']);
    expect([values.keyPassword, values.seed?.libp2pKeyPair]).toEqual([undefined, undefined]);
  });

  it('has references to a store, what is sealed and what SOPS has encrypted, and no Secret in the clear', () => {
    const manifests = globSync('secrets/*.yaml', { cwd: folder }).map((path) => parse(readHere(path)));

    expect(new Set(manifests.map(({ kind }) => kind))).toEqual(new Set(['ExternalSecret', 'SealedSecret', 'Secret']));
    expect(manifests.filter(({ kind, sops }) => kind === 'Secret' && sops === undefined)).toEqual([]);
  });
});
