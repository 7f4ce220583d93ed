import { describe, expect, it } from 'vitest';
import { asHook, certificate, devnetApplication, inWave, planDocuments, providing, workload } from '../../../../test/support/planned-objects.ts';
import type { Plan } from '../plan.ts';

const issuer = (annotations = {}): object => ({ apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { name: 'ca', annotations }, spec: { selfSigned: {} } });

/** `phase Kind name`, and what each awaits. */
function placed({ phases }: Plan): readonly string[] {
  return phases.flatMap(({ name, objects }) => objects.map(({ object, awaits = [] }) => `${name} ${object.kind} ${object.metadata.name}${awaits.length === 0 ? '' : ` awaits ${awaits.map(({ secret, key }) => (key === undefined ? secret : `${secret}/${key}`)).join(', ')}`}`));
}

function needs(plan: Plan): readonly string[] {
  return plan.needs.map(({ secret, key, resolution }) => `${secret}/${key ?? '*'} ${resolution.state}${resolution.state === 'missing' ? `: ${resolution.reason}` : ` by ${resolution.by?.kind} ${resolution.by?.name} ${resolution.by?.origin.file}:${resolution.by?.origin.line}`}`);
}

const errors = ({ problems }: Plan): readonly string[] => problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);

describe('runtimeOrder', () => {
  it('takes what runs for a provider, and has its consumers alone wait for it', async () => {
    const plan = await planDocuments([certificate('tls'), workload('Deployment', 'web', ['tls/tls.crt', 'tls/ca.crt']), workload('Deployment', 'other', [])]);

    expect(needs(plan)).toEqual(['tls/ca.crt barrier by Certificate tls devnet/a.yaml:1', 'tls/tls.crt provided by Certificate tls devnet/a.yaml:1']);
    expect(placed(plan)).toEqual(['waves Deployment other', 'waves Deployment web awaits tls/tls.crt, tls/ca.crt', 'waves Certificate tls']);
    expect(plan.problems).toEqual([]);
  });

  it('misses a key that a producer does not make', async () => {
    expect(errors(await planDocuments([certificate('tls'), workload('Deployment', 'web', ['tls/tls.cert'])]))).toEqual(['Deployment web needs key "tls.cert" of Secret tls: Certificate devnet/tls (devnet/a.yaml:1) makes only "tls.crt", "tls.key"; is "tls.crt" meant?']);
  });

  it('lifts what stands in a later wave than its consumers, with what it refers to, before the barrier', async () => {
    const plan = await planDocuments([issuer(inWave(4)), certificate('tls', inWave(5)), workload('Deployment', 'web', ['tls']), workload('Job', 'migrate', ['tls/tls.key'], asHook('PreSync'))]);

    expect(placed(plan)).toEqual(['secrets Issuer ca', 'secrets Certificate tls', 'preSync Job migrate awaits tls/tls.key', 'waves Deployment web awaits tls']);
  });

  it('lifts no Service with what refers to it, because nothing is kept from starting by one', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'node' }, spec: { ports: [{ port: 80 }] } };
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations: { 'cert-manager.io/issuer': 'ca' } }, spec: { tls: [{ secretName: 'tls' }], defaultBackend: { service: { name: 'node', port: { number: 80 } } } } };

    expect(placed(await planDocuments([service, issuer(), ingress, workload('Job', 'migrate', ['tls/tls.key'], asHook('PreSync'))]))).toEqual(['secrets Ingress web', 'secrets Issuer ca', 'preSync Job migrate awaits tls/tls.key', 'waves Service node']);
  });

  it('lets stay what is in time', async () => {
    const plan = await planDocuments([certificate('tls', inWave(1)), workload('Deployment', 'web', ['tls'], inWave(1)), workload('Deployment', 'late', ['tls'], inWave(2))]);

    expect(placed(plan)).toEqual(['waves Deployment web awaits tls', 'waves Certificate tls', 'waves Deployment late awaits tls']);
  });

  it('lets what is lifted wait for all that it needs, because the barrier does not stand before it', async () => {
    const store = ({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'store' }, spec: { provider: { fake: { data: [] } } } });
    const external = ({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'root' }, spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'token', remoteRef: { key: 'r' } }] } });
    const plan = await planDocuments([store, external, workload('Deployment', 'maker', ['root/token'], { ...providing('made/key'), ...inWave(3) }), workload('Deployment', 'web', ['made/key'])]);

    expect(placed(plan).slice(1)).toEqual(['secrets ExternalSecret root', 'secrets Deployment maker awaits root/token', 'waves Deployment web awaits made/key']);
  });

  it('lifts what makes the credentials of a store that the barrier waits for', async () => {
    const store = ({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'store' }, spec: { provider: { vault: { server: 'https://vault', auth: { cert: { clientCert: { name: 'x', key: 'y' }, secretRef: { name: 'client', key: 'tls.key' } } } } } } });
    const external = ({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'root' }, spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'token', remoteRef: { key: 'r' } }] } });
    const plan = await planDocuments([store, external, certificate('client'), workload('Deployment', 'web', ['root/token'])]);

    expect(placed(plan)).toContain('secrets Certificate client');
  });

  it('lifts what makes the values of charts', async () => {
    const valued = devnetApplication.replace('namespace: argocd}', 'namespace: argocd, annotations: {prelude.dev/values-from: "[{kind: Secret, name: conn, valuesKey: host, targetPath: host}]"}}');
    const chart = { 'devnet/Chart.yaml': 'apiVersion: v2\nname: node\nversion: 1.0.0\n', 'devnet/values.yaml': 'host: ""\n', 'devnet/templates/db.yaml': 'apiVersion: db.example.org/v1\nkind: Database\nmetadata: {name: db}\nspec:\n  writeConnectionSecretToRef: {name: conn}\n' };
    const plan = await planDocuments([], valued, chart);

    expect(placed(plan)).toEqual(['secrets Database db']);
    expect(needs(plan)).toMatchObject([expect.stringMatching(/^conn\/host barrier by Database db /)]);
  });

  it('does not wait where producer and consumer are one object', async () => {
    const ingress = ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations: { 'cert-manager.io/issuer': 'ca' } }, spec: { tls: [{ secretName: 'web-tls' }] } });
    const plan = await planDocuments([ingress, workload('Deployment', 'self', ['own/key'], providing('own/key'))]);

    expect(placed(plan)).toEqual(['waves Deployment self', 'waves Ingress web']);
    expect(plan.problems).toEqual([]);
  });

  it('never holds a route back for its certificate, which may be proved through it', async () => {
    const ingress = ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: { tls: [{ secretName: 'tls' }] } });

    expect(placed(await planDocuments([certificate('tls'), ingress]))).toEqual(['waves Ingress web', 'waves Certificate tls']);
  });

  it('has pods wait for the pull secret of their service account, and not the account', async () => {
    const account = ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' }, imagePullSecrets: [{ name: 'pull' }] });
    const plan = await planDocuments([account, workload('Job', 'login', [], providing('pull/.dockerconfigjson')), workload('Deployment', 'web', [])]);

    expect(placed(plan)).toEqual(['plumbing ServiceAccount default', 'waves Deployment web awaits pull', 'waves Job login']);
  });

  it('lets a hook make a Secret for later hooks and for objects', async () => {
    const plan = await planDocuments([workload('Job', 'first', [], { ...providing('made/key'), ...asHook('PreSync') }), workload('Job', 'second', ['made/key'], asHook('PreSync')), workload('Deployment', 'web', ['made/key'])]);

    expect(placed(plan)).toEqual(['preSync Job first', 'preSync Job second awaits made/key', 'waves Deployment web awaits made/key']);
    expect(errors(plan)).toEqual([]);
  });

  it('refuses hooks that run after who needs their Secret', async () => {
    const late = await planDocuments([workload('Job', 'seed', [], { ...providing('made/key'), ...asHook('PostSync') }), workload('Deployment', 'web', ['made/key'])]);

    expect(errors(late)).toEqual(['Job devnet/seed (devnet/a.yaml:1) makes Secret devnet/made, which Deployment web needs before this hook runs; give it an earlier hook phase or sync wave, or let it be no hook']);
  });

  it('takes no hook of a deletion for a producer', async () => {
    const plan = await planDocuments([workload('Job', 'bye', [], { ...providing('made/key'), ...asHook('PostDelete') }), workload('Deployment', 'web', ['made/key'])]);

    expect(errors(plan)).toEqual([expect.stringContaining('nothing in Git makes Secret devnet/made')]);
  });

  it('refuses a cycle with its path', async () => {
    const plan = await planDocuments([workload('Deployment', 'a', ['of-b/key'], providing('of-a/key')), workload('Deployment', 'b', ['of-a/key'], providing('of-b/key'))]);

    expect(errors(plan)).toEqual(['waits for itself: Deployment devnet/a (devnet/a.yaml:1) needs Secret devnet/of-b, which is made by Deployment devnet/b (devnet/a.yaml:3), which needs Secret devnet/of-a, which is made by Deployment devnet/a (devnet/a.yaml:1); take one of these needs out']);
  });

  it('refuses a cycle through an ExternalSecret and the store that it reads', async () => {
    const store = ({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'store' }, spec: { provider: { vault: { server: 'https://vault', auth: { tokenSecretRef: { name: 'login', key: 'token' } } } } } });
    const external = ({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'root' }, spec: { secretStoreRef: { name: 'store' }, data: [{ secretKey: 'token', remoteRef: { key: 'r' } }] } });
    const plan = await planDocuments([store, external, workload('Job', 'login', ['root/token'], providing('login/token'))]);

    expect(errors(plan)).toEqual([expect.stringMatching(/^waits for itself: Job devnet\/login .* needs Secret devnet\/root, which is made by ExternalSecret devnet\/root .*, which needs Secret devnet\/login, which is made by Job devnet\/login /)]);
  });

  it('refuses to lift what is of a kind that the Application defines itself', async () => {
    const crd = ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'certificates.cert-manager.io' }, spec: { group: 'cert-manager.io', names: { kind: 'Certificate', plural: 'certificates' }, scope: 'Namespaced', versions: [] } });
    const plan = await planDocuments([crd, certificate('tls'), workload('Job', 'migrate', ['tls'], asHook('PreSync'))]);

    expect(errors(plan)).toEqual([expect.stringMatching(/^Certificate devnet\/tls .* its kind is defined by this Application itself; move the definition of Certificate/)]);
  });

  it('takes what runs in another Application for a provider', async () => {
    const other = devnetApplication.replace('name: devnet', 'name: certs').replace('path: devnet', 'path: certs');
    const plan = await planDocuments([workload('Deployment', 'web', ['tls/tls.crt'])], devnetApplication, { 'other.yaml': other, 'certs/a.yaml': JSON.stringify(certificate('tls')) });

    expect(errors(plan)).toEqual([]);
    expect(placed(plan)).toEqual(['waves Deployment web awaits tls/tls.crt']);
  });

  it('knows the keys of a service account’s token, which the cluster fills in', async () => {
    const token = ({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name: 'token', annotations: { 'kubernetes.io/service-account.name': 'default' } } });
    const plan = await planDocuments([token, workload('Deployment', 'web', ['token/token', 'token'])]);

    expect(needs(plan)).toEqual(['token/* provided by Secret token devnet/a.yaml:1', 'token/token provided by Secret token devnet/a.yaml:1']);
    expect(plan.needs.map(({ resolution }) => (resolution.state === 'provided' ? resolution.by.fills : undefined))).toEqual([['token', 'ca.crt', 'namespace'], ['token', 'ca.crt', 'namespace']]);
  });

  it('has several makers of one Secret each make its keys', async () => {
    const exported = (name: string, key: string): object => ({ apiVersion: 'services.k8s.aws/v1alpha1', kind: 'FieldExport', metadata: { name }, spec: { from: { path: '.status.x', resource: { group: 'rds.services.k8s.aws', kind: 'DBInstance', name: 'db' } }, to: { kind: 'secret', name: 'db', key } } });
    const target = ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } });
    const plan = await planDocuments([target, exported('host', 'host'), exported('port', 'port'), workload('Deployment', 'web', ['db/host']), workload('Deployment', 'all', ['db'])]);

    expect(placed(plan).filter((line) => line.includes('awaits'))).toEqual(['waves Deployment all awaits db, db', 'waves Deployment web awaits db/host']);
    expect(needs(plan)).toEqual(['db/* provided by Secret db devnet/a.yaml:1', 'db/host provided by FieldExport host devnet/a.yaml:3']);
  });
});
