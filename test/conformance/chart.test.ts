import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readHealthRules } from '../../src/app/health-rules.ts';
import { readNotifyConfig } from '../../src/app/notify/notify-config.ts';
import { parseYaml } from '../../src/lib/yaml.ts';
import { chartFolder, helm, renderChart } from '../support/chart.ts';
import { chartStage } from '../support/chart-stage.ts';
import { readCrds } from '../support/chart-crds.ts';
import { startController } from '../support/controller-process.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { at, serviceAccountToken } from '../support/raw-api.ts';

const namespace = 'prelude-system';
const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const externalSecretsCrd = `${crdPath}/externalsecrets.external-secrets.io`;

const stage = chartStage(namespace, ['team-a', 'team-b']);
const { install, uninstall, eventually, grantedRights } = stage;

async function uidOf(path: string): Promise<unknown> {
  return at((await stage.api.call('GET', path)).body, 'metadata', 'uid');
}

async function may(verb: string, resource: string, where: { readonly namespace?: string; readonly group?: string; readonly subresource?: string } = {}): Promise<unknown> {
  const { body } = await stage.api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: `system:serviceaccount:${namespace}:prelude`, groups: ['system:serviceaccounts', 'system:authenticated'], resourceAttributes: { verb, resource, ...where } },
  });
  return at(body, 'status', 'allowed');
}

describe('the chart, installed', () => {
  beforeAll(async () => {
    await install();
  });

  afterAll(uninstall);

  it('is accepted whole by the API server, every object of it', async () => {
    const objects = await renderChart();

    expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
      'ClusterRole',
      'ClusterRole',
      'ClusterRoleBinding',
      'ClusterRoleBinding',
      ...[...readCrds('crds').keys()].map(() => 'CustomResourceDefinition'),
      'Deployment',
      'NetworkPolicy',
      'Role',
      'Role',
      'RoleBinding',
      'RoleBinding',
      'Service',
      'ServiceAccount',
    ]);
    const plurals: Readonly<Record<string, string>> = { NetworkPolicy: 'networkpolicies' };
    for (const { apiVersion, kind, metadata } of objects) {
      const prefix = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
      const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
      const { status } = await stage.api.call('GET', `${prefix}${scope}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`);
      expect(status, `${kind} ${metadata.name}`).toBe(200);
    }
  });

  it('serves its kinds', async () => {
    const paths = ['external-secrets.io/v1/externalsecrets', 'external-secrets.io/v1/secretstores', 'external-secrets.io/v1/clustersecretstores', 'argoproj.io/v1alpha1/applications'];

    // for a moment after a CRD is made, the API server says 404, then 429
    for (const path of paths) await eventually(`/apis/${path}`, (body) => Array.isArray(at(body, 'items')));
  });

  it('makes a pod that a namespace with the restricted standard admits', async () => {
    await eventually(`/apis/apps/v1/namespaces/${namespace}/deployments/prelude`, (deployment) => at(deployment, 'status', 'readyReplicas') === 1);
  });

  it('gives its account exactly the rights that test/golden/chart-rights.txt lists', async () => {
    const found = [`# in ${namespace}`, ...(await grantedRights(namespace)), '# in any other namespace, and in the cluster', ...(await grantedRights('team-a'))];

    expect(`${found.join('\n')}\n`).toBe(readFileSync(new URL('../golden/chart-rights.txt', import.meta.url), 'utf8'));
  });

  it.each([
    ['deletecollection', 'secrets', {}],
    ['get', 'pods', {}],
    ['create', 'pods', {}],
    ['create', 'pods', { subresource: 'exec' }],
    ['get', 'pods', { subresource: 'log' }],
    ['create', 'roles', { group: 'rbac.authorization.k8s.io' }],
    ['bind', 'clusterroles', { group: 'rbac.authorization.k8s.io' }],
    ['escalate', 'roles', { group: 'rbac.authorization.k8s.io' }],
    ['list', 'roles', { group: 'rbac.authorization.k8s.io' }],
    ['create', 'clusterrolebindings', { group: 'rbac.authorization.k8s.io' }],
    ['impersonate', 'users', {}],
    ['impersonate', 'serviceaccounts', {}],
    ['delete', 'namespaces', {}],
    ['update', 'nodes', {}],
    ['create', 'customresourcedefinitions', { group: 'apiextensions.k8s.io' }],
    ['create', 'validatingwebhookconfigurations', { group: 'admissionregistration.k8s.io' }],
    ['delete', 'applications', { group: 'argoproj.io' }],
    ['list', 'applications', { group: 'argoproj.io' }],
  ])('must not %s %s %j', async (verb, resource, where) => {
    expect(await may(verb, resource, { namespace: 'team-a', ...where })).toBe(false);
  });

  it.each([
    ['update', 'secrets', { namespace: 'team-a' }],
    ['delete', 'secrets', { namespace: 'team-a' }],
    ['create', 'serviceaccounts', { namespace: 'team-a', subresource: 'token' }],
    ['update', 'externalsecrets', { namespace: 'team-a', group: 'external-secrets.io' }],
    ['patch', 'externalsecrets', { namespace: 'team-a', group: 'external-secrets.io', subresource: 'status' }],
    ['patch', 'deployments', { namespace: 'team-a', group: 'apps' }],
    ['patch', 'applications', { namespace, group: 'argoproj.io' }],
    ['create', 'namespaces', {}],
    ['create', 'events', { namespace: 'team-a' }],
  ])('may %s %s %j', async (verb, resource, where) => {
    expect(await may(verb, resource, where)).toBe(true);
  });
});

describe('the CRDs', () => {
  it('stay when the release is uninstalled, and so do the objects; a new release takes them up again', async () => {
    await install();
    const externalSecret = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'kept', namespace: 'team-a' },
      spec: { secretStoreRef: { name: 'store', kind: 'SecretStore' }, data: [{ secretKey: 'key', remoteRef: { key: 'remote' } }] },
    };
    const path = '/apis/external-secrets.io/v1/namespaces/team-a/externalsecrets';
    await eventually(path, (body) => at(body, 'kind') === 'ExternalSecretList');
    const created = await stage.api.call('POST', path, externalSecret);
    expect(created.status, JSON.stringify(created.body)).toBe(201);

    await uninstall();

    expect((await stage.api.call('GET', `/apis/rbac.authorization.k8s.io/v1/clusterroles/prelude-secrets`)).status).toBe(404);
    for (const crd of readCrds('crds').values()) expect((await stage.api.call('GET', `${crdPath}/${/^ {2}name: (.+)$/m.exec(crd)?.[1]}`)).status).toBe(200);
    expect(await uidOf(`${path}/kept`)).toBe(at(created.body, 'metadata', 'uid'));
    await install();
    expect(await uidOf(`${path}/kept`)).toBe(at(created.body, 'metadata', 'uid'));
    await uninstall();
  });

  it('are brought up to date by an upgrade of the release', async () => {
    const newer = mkdtempSync(join(tmpdir(), 'prelude-chart-'));
    cpSync(chartFolder, newer, { recursive: true });
    const file = join(newer, 'files/crds/external-secrets.io_externalsecrets.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('    shortNames:\n      - es\n', '    shortNames:\n      - es\n      - newer\n'));
    await install();

    await install({}, newer);

    expect(at((await stage.api.call('GET', externalSecretsCrd)).body, 'spec', 'names', 'shortNames')).toEqual(['es', 'newer']);
    await uninstall();
    rmSync(newer, { recursive: true });
  });

  it('of another product are left as they are', async () => {
    expect((await stage.api.call('DELETE', externalSecretsCrd)).status).toBe(200);
    await eventually(externalSecretsCrd, (body) => at(body, 'code') === 404);
    const names = { plural: 'externalsecrets', singular: 'externalsecret', kind: 'ExternalSecret', listKind: 'ExternalSecretList' };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const foreign = await stage.api.call('POST', crdPath, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'externalsecrets.external-secrets.io', labels: { 'external-secrets.io/component': 'controller' } },
      spec: { group: 'external-secrets.io', scope: 'Namespaced', names, versions: [{ name: 'v1', served: true, storage: true, schema }] },
    });
    expect(foreign.status, JSON.stringify(foreign.body)).toBe(201);

    await install();

    const { body } = await stage.api.call('GET', externalSecretsCrd);
    expect(at(body, 'metadata', 'uid')).toBe(at(foreign.body, 'metadata', 'uid'));
    expect(at(body, 'metadata', 'annotations')).toBeUndefined();
    expect(at(body, 'spec', 'versions', 0, 'schema')).toEqual(schema);
    await uninstall();
  });
});

describe('the chart, restricted', () => {
  it('has no ClusterRole where namespaces are given, and no right outside of them', async () => {
    const values = { scopedNamespaces: ['team-a'] };
    const kinds = (await renderChart(values)).map(({ kind }) => kind);
    await install(values);

    const [inside, outside] = [await grantedRights('team-a'), await grantedRights('team-b')];

    expect(kinds.filter((kind) => kind.startsWith('ClusterRole'))).toEqual([]);
    expect(inside).toContain('secrets: create delete get list patch update watch');
    expect(outside).toEqual([]);
    expect(await may('get', 'namespaces', { namespace: 'team-a' })).toBe(true);
    expect(await may('list', 'namespaces')).toBe(false);
    await uninstall();
  });

  it.each([
    [['team-a'], true],
    [['team-a', namespace], false],
    [[], false],
  ])('sees the credentials in its own namespace where namespaces are given and Applications are read in %j: a Role of its own: %s', async (applicationNamespaces, isOwn) => {
    const roles = (await renderChart({ scopedNamespaces: ['team-a'], git: { applicationNamespaces } }, { namespace })).filter(({ kind }) => kind === 'Role');

    expect(roles.filter(({ metadata }) => metadata.name === 'prelude-credentials').map(({ metadata, rules }) => [metadata.namespace, rules])).toEqual(isOwn ? [[namespace, [{ apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get', 'list', 'watch'] }]]] : []);
  });

  it.each([
    ['secrets', { git: { enabled: false } }, ['prelude-secrets']],
    ['git', { secrets: { enabled: false } }, ['prelude-git']],
  ])('gives the %s half alone no right of the other', async (half, values, names) => {
    const objects = await renderChart(values);
    const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));

    expect(objects.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name)).toEqual(names);
    expect(objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.name).toSorted()).toEqual(['prelude-leader', ...(half === 'git' ? ['prelude-applications'] : [])].toSorted());
    expect(deployment).toContain(`"--controllers=${half}"`);
  });

  it('lets no Secret be deleted and no token be asked for where the values say so', async () => {
    const rules = JSON.stringify((await renderChart({ secrets: { mayDelete: false, serviceAccountTokens: false } })).filter(({ kind }) => kind === 'ClusterRole'));

    expect(rules).toContain('"resources":["secrets"],"verbs":["get","list","watch","create","update","patch"]');
    expect(rules).not.toMatch(/"resources":\["secrets"\],"verbs":\[[^\]]*"delete"/);
    expect(rules).not.toContain('serviceaccounts/token');
  });

  it('never has a wildcard', async () => {
    const roles = (await renderChart()).filter(({ kind }) => kind.endsWith('Role'));

    expect(roles).toHaveLength(4);
    expect(JSON.stringify(roles.map((role) => role['rules']))).not.toContain('"*"');
  });
});

describe('the controller, run as the chart would run it', () => {
  it.each([
    ['the whole cluster', {}, []],
    // whether another controller runs anywhere in the cluster is not for a Role to see
    ['one namespace', { scopedNamespaces: ['team-a'] }, ['list /apis/apps/v1/deployments?limit=500']],
  ])('for %s takes its arguments, becomes ready under its own account without an unforeseen refusal, and ends when told to', async (_, values, refused) => {
    await install(values);
    const deployment = (await renderChart(values)).find(({ kind }) => kind === 'Deployment');
    const { args, env } = podSchema.parse(at(deployment, 'spec', 'template', 'spec', 'containers', 0));
    expect(args[0]).toBe('run');
    expect(env.map(({ name }) => name)).toEqual(['PRELUDE_NAMESPACE', 'PRELUDE_POD_NAME', 'HOME']);
    const before = readAuditLog(stage.controlPlane.auditLog).length;
    const kubeconfig = stage.controlPlane.kubeconfigFor('prelude', { token: await serviceAccountToken(stage.api, namespace, 'prelude') });

    const controller = await startController({ kubeconfig, args: args.slice(1).filter((arg) => !arg.startsWith('--listen=')), env: { PRELUDE_NAMESPACE: namespace } });
    // it is ready as soon as it may come to lead
    await vi.waitFor(() => expect(controller.output()).toContain('"msg":"started"'), { timeout: 30_000, interval: 100 });
    const code = await controller.stop();

    expect(code, controller.output()).toBe(0);
    const asked = readAuditLog(stage.controlPlane.auditLog).slice(before).filter(({ user }) => user === `system:serviceaccount:${namespace}:prelude`);
    expect(asked.some(({ verb, resource }) => verb === 'list' && resource === 'externalsecrets')).toBe(true);
    expect(asked.filter((entry) => entry.code === 403).map(({ verb, uri }) => `${verb} ${uri}`)).toEqual(refused);
    await uninstall();
  });

  const podSchema = z.object({ args: z.array(z.string()), env: z.array(z.object({ name: z.string() })) });
});

describe('the values', () => {
  const told = {
    notify: { secretName: 'keys', services: [{ name: 'team', type: 'slack', url: { key: 'slack' }, triggers: ['on-sync-failed'] }], targetUrl: 'https://dashboard.example/{namespace}/{name}', secretsWaitAtMost: '5m', egressPorts: [8065] },
    git: { healthRules: [{ apiVersion: 'example.com/v1', kind: 'Widget', failed: "status.phase == 'Broken'", current: "status.phase == 'Ready'" }] },
  };

  it.each([
    ['as they are', {}],
    ['with the admission webhook', { webhook: { enabled: true, certSecret: 'tls' } }],
    ['with the pod gate', { podGate: { enabled: true }, webhook: { certSecret: 'tls' } }],
    ['with notifications and health rules', told],
    ['with events', { events: { secretName: 'keys', sources: [{ name: 'vault', type: 'cloudevents', provider: 'vault', secrets: [{ key: 'vault' }] }] } }],
  ])('pass helm lint with all its strictness %s', async (_, values) => {
    const { code, stdout } = await helm(['lint', '--strict', chartFolder, '--values', '-'], { values });

    expect(code, stdout).toBe(0);
  });

  it.each([
    ['a value that does not exist', { replicaCount: 3 }],
    ['a wildcard among the writable kinds', { git: { writableKinds: [{ apiGroups: ['*'], resources: ['*'] }] } }],
    ['a digest that is none', { image: { digest: 'latest' } }],
    ['a namespace that is none', { scopedNamespaces: ['Team A'] }],
    ['a log level that is none', { log: { level: 'verbose' } }],
    ['no half at all', { secrets: { enabled: false }, git: { enabled: false } }],
    ['no account to run under', { serviceAccount: { create: false } }],
  ])('are refused for %s', async (_, values) => {
    await expect(renderChart(values)).rejects.toThrow('helm template failed');
  });

  it('put an admission webhook before the Service that the certificate is for', async () => {
    const objects = await renderChart({ webhook: { enabled: true, certSecret: 'tls', caBundle: 'PEM', failurePolicy: 'Fail' } });
    const configuration = objects.find(({ kind }) => kind === 'ValidatingWebhookConfiguration');

    expect(at(configuration, 'webhooks', 0)).toMatchObject({ failurePolicy: 'Fail', clientConfig: { caBundle: Buffer.from('PEM').toString('base64'), service: { name: 'prelude-webhook', namespace, path: '/validate' } } });
    expect(objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)).toContain('prelude-webhook');
    expect(JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'))).toContain('"secretName":"tls"');
  });

  it('put the pod gate before pods of namespaces that ask for it, with a certificate and rights of its own, and nothing of it otherwise', async () => {
    const objects = await renderChart({ podGate: { enabled: true }, webhook: { certSecret: 'tls' }, scopedNamespaces: ['team-a'] });
    const [configuration, role] = [objects.find(({ kind }) => kind === 'MutatingWebhookConfiguration'), objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'prelude-podgate')];
    const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));

    expect(at(configuration, 'webhooks', 0)).toMatchObject({ failurePolicy: 'Ignore', timeoutSeconds: 2, reinvocationPolicy: 'Never', namespaceSelector: { matchLabels: { 'prelude.dev/pod-gate': 'enabled' } }, clientConfig: { service: { name: 'prelude-webhook', path: '/mutate-pods' } } });
    expect(objects.some(({ kind }) => kind === 'ValidatingWebhookConfiguration')).toBe(false);
    expect(role?.['rules']).toContainEqual({ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'update'] });
    for (const part of ['--pod-gate"', '--pod-gate-timeout=10m', '--webhook-cert-dir=', '"secretName":"tls"']) expect(deployment).toContain(part);
    const plain = JSON.stringify(await renderChart());
    for (const part of ['--pod-gate', 'MutatingWebhookConfiguration', '"pods"']) expect(plain).not.toContain(part);
    await expect(renderChart({ podGate: { enabled: true } })).rejects.toThrow('webhook.certSecret is required');
  });

  it('hand notifications and health rules to the controller in files that it reads', async () => {
    const objects = await renderChart(told);
    const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));
    const folder = mkdtempSync(join(tmpdir(), 'prelude-chart-'));
    const file = (name: string): string => {
      const path = join(folder, `${name}.yaml`);
      writeFileSync(path, String(at(objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `prelude-${name}`), 'data', `${name}.yaml`)));
      return path;
    };

    expect(await readNotifyConfig(file('notify'))).toMatchObject({ secretsFolder: '/etc/prelude/notify-secrets', patience: 300_000, targetUrl: 'https://dashboard.example/{namespace}/{name}', services: [{ name: 'team', triggers: ['on-sync-failed'] }] });
    expect(await readHealthRules(file('health-rules'))).toMatchObject([{ check: { group: 'example.com', kind: 'Widget' }, predicates: [{ of: 'failed' }, { of: 'current' }] }]);
    for (const part of ['--notify-config=/etc/prelude/notify/notify.yaml', '--health-rules=/etc/prelude/health-rules/health-rules.yaml', '"mountPath":"/etc/prelude/notify-secrets"', 'prelude.dev/notify-config', 'prelude.dev/health-rules']) expect(deployment).toContain(part);
    expect(JSON.stringify(at(objects.find(({ kind }) => kind === 'NetworkPolicy'), 'spec', 'egress'))).toContain('{"ports":[{"port":8065}]}');
    const plain = JSON.stringify(await renderChart({ ...told, git: { enabled: false } }));
    expect(plain).not.toMatch(/notify-config|health-rules|8065/);
    rmSync(folder, { recursive: true });
  });

  it('lead events to the controller, and only where somebody sends', async () => {
    const sources = [{ name: 'vault', type: 'cloudevents', provider: 'vault', scope: { server: 'https://vault.example.com' }, secrets: [{ key: 'vault' }] }];
    const objects = await renderChart({ events: { sources, secretName: 'keys' } });
    const services = (rendered: typeof objects) => rendered.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
    const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));

    expect(services(objects)).toContain('prelude-events');
    expect(deployment).toContain('--events-config=/etc/prelude/events/events.yaml');
    expect(deployment).toContain('"secretName":"keys"');
    const file = at(objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'prelude-events'), 'data', 'events.yaml');
    expect(parseYaml(String(file))[0]?.value).toEqual({ secretsFolder: '/etc/prelude/events-secrets', sources });
    const pulled = await renderChart({ events: { sources, listen: false } });
    expect([services(pulled), JSON.stringify(pulled).includes('--events-listen')]).toEqual([services(await renderChart()), false]);
  });

  it('reach the objects: image, account, namespaces, extra arguments', async () => {
    const objects = await renderChart({
      image: { repository: 'registry.example/p', digest: `sha256:${'a'.repeat(64)}` },
      serviceAccount: { create: false, name: 'mine' },
      git: { applicationNamespaces: ['argocd', 'apps'] },
      extraArgs: ['--repo=https://git.example/x=/x'],
    });
    const deployment = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));

    expect(deployment).toContain(`"image":"registry.example/p@sha256:${'a'.repeat(64)}"`);
    expect(deployment).toContain('"serviceAccountName":"mine"');
    expect(deployment).toContain('"--application-namespaces=argocd,apps"');
    expect(deployment).toContain('"--repo=https://git.example/x=/x"');
    expect(objects.some(({ kind }) => kind === 'ServiceAccount')).toBe(false);
    expect(objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'prelude-applications').map(({ metadata }) => metadata.namespace ?? '').toSorted()).toEqual(['apps', 'argocd']);
  });
});
