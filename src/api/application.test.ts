import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';
import type { KubeObject } from './object.ts';

const minimal = {
  source: { repoURL: 'https://git.example/testnets.git' },
  destination: { server: 'https://kubernetes.default.svc', namespace: 'devnet' },
};

function application(spec: unknown, finalizers: readonly string[] = []): KubeObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', namespace: 'argocd', finalizers }, spec };
}

function accepted(spec: unknown, finalizers?: readonly string[]) {
  const parsed = parseApplication(application(spec, finalizers));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

function refusal(spec: unknown): readonly string[] {
  const parsed = parseApplication(application(spec));
  if (parsed.ok) throw new Error('it was accepted');
  return parsed.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('parseApplication', () => {
  it("fills in Argo CD's defaults", () => {
    expect(accepted(minimal).spec).toEqual({
      project: 'default',
      source: { repoURL: 'https://git.example/testnets.git', targetRevision: 'HEAD', path: '', directory: { recurse: false, include: '', exclude: '' }, isOnlyLent: false, isKustomization: false },
      destination: { namespace: 'devnet' },
      syncPolicy: { retry: { limit: 5, duration: 5_000, factor: 2, maxDuration: 180_000 }, createNamespace: false, choices: {} },
      ignoreDifferences: [],
      revisionHistoryLimit: 10,
      info: [],
    });
  });

  it('reads the shape that operators of testnets commit', () => {
    const { spec, cascade } = accepted(
      {
        project: 'default',
        info: [{ name: 'url', value: 'https://devnet.example' }],
        source: { repoURL: 'git@github.com:example/testnets.git', targetRevision: 'main', path: './testnets/devnet/', directory: { recurse: true, exclude: '*.tmpl.yaml' } },
        destination: { name: 'in-cluster', namespace: 'devnet' },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          retry: { limit: 5, backoff: { duration: '15', factor: 2, maxDuration: '10m' } },
          syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
          managedNamespaceMetadata: { labels: { team: 'nets' } },
        },
        revisionHistoryLimit: 3,
      },
      ['resources-finalizer.argocd.argoproj.io'],
    );

    expect(spec.source.path).toBe('testnets/devnet');
    expect(spec.source.directory).toEqual({ recurse: true, include: '', exclude: '*.tmpl.yaml' });
    expect(spec.syncPolicy).toEqual({
      automated: { prune: true, selfHeal: true, allowEmpty: false },
      retry: { limit: 5, duration: 15_000, factor: 2, maxDuration: 600_000 },
      createNamespace: true,
      choices: {},
      managedNamespaceMetadata: { labels: { team: 'nets' }, annotations: {} },
    });
    expect(cascade).toBe('foreground');
  });

  it('takes a retry policy without a limit for none, and automated.enabled false for manual', () => {
    const { syncPolicy } = accepted({ ...minimal, syncPolicy: { retry: {}, automated: { enabled: false, prune: true } } }).spec;

    expect(syncPolicy.retry.limit).toBe(0);
    expect(syncPolicy.automated).toBeUndefined();
  });

  it('reads which differences do not count', () => {
    const { ignoreDifferences } = accepted({ ...minimal, ignoreDifferences: [{ group: 'apps', kind: '*', name: 'node', namespace: 'a', jsonPointers: ['/spec/replicas', '/metadata/annotations/a~1b~0c'] }, { kind: 'Secret', managedFieldsManagers: ['kube-controller-manager'] }] }).spec;

    expect(ignoreDifferences).toEqual([
      { group: 'apps', kind: '*', name: 'node', namespace: 'a', pointers: [['spec', 'replicas'], ['metadata', 'annotations', 'a/b~c']], managers: [] },
      { group: '', kind: 'Secret', pointers: [], managers: ['kube-controller-manager'] },
    ]);
  });

  it('tells the finalizers apart', () => {
    expect(accepted(minimal).cascade).toBeUndefined();
    expect(accepted(minimal, ['other', 'resources-finalizer.argocd.argoproj.io/background']).cascade).toBe('background');
    expect(accepted(minimal, ['resources-finalizer.argocd.argoproj.io/foreground']).cascade).toBe('foreground');
  });

  it.each(['plugin', 'tagPrefix'])('names source.%s as not supported', (field) => {
    expect(refusal({ ...minimal, source: { ...minimal.source, [field]: {} } })).toEqual([`spec.source.${field}: is not supported by this version of Prelude; remove it`]);
  });

  it.each(['sourceHydrator'])('names %s as not supported', (field) => {
    expect(refusal({ ...minimal, [field]: [] })).toEqual([`spec.${field}: is not supported by this version of Prelude; remove it`]);
  });

  it.each([
    [{ ...minimal, soruce: {} }, 'spec.soruce: unknown field'],
    [{ ...minimal, project: 'The team' }, 'spec.project: must be the name of an AppProject'],
    [{ ...minimal, destination: { namespace: 'a', server: 'https://other' } }, 'spec.destination.server: is not supported by this version of Prelude; supported: https://kubernetes.default.svc'],
    [{ ...minimal, destination: { namespace: 'a' } }, 'spec.destination: name the cluster by either server (https://kubernetes.default.svc) or name (in-cluster)'],
    [{ ...minimal, destination: { ...minimal.destination, name: 'in-cluster' } }, 'spec.destination: name the cluster by either server (https://kubernetes.default.svc) or name (in-cluster)'],
    [{ ...minimal, source: { ...minimal.source, path: '../other' } }, 'spec.source.path: must be relative to the root of the repository and must not hold ".."'],
    [{ ...minimal, source: { ...minimal.source, path: '/etc' } }, 'spec.source.path: must be relative to the root of the repository and must not hold ".."'],
    [{ ...minimal, source: { repoURL: 'https://x\n.example' } }, 'spec.source.repoURL: must not hold spaces or control characters'],
    [{ ...minimal, syncPolicy: { syncOptions: ['CreateNamespace=true', 'ServerSideApply=false'] } }, 'spec.syncPolicy.syncOptions[1]: objects from Git are always applied by the API server; remove it'],
    [{ ...minimal, ignoreDifferences: [{ kind: 'Deployment' }] }, 'spec.ignoreDifferences[0]: must name fields, by jsonPointers or managedFieldsManagers'],
    [{ ...minimal, ignoreDifferences: [{ kind: 'Deployment', jqPathExpressions: ['.spec'] }] }, 'spec.ignoreDifferences[0].jqPathExpressions: is not supported by this version of Prelude; say it with jsonPointers or managedFieldsManagers'],
    [{ ...minimal, ignoreDifferences: [{ kind: 'De[', jsonPointers: ['/spec'] }] }, 'spec.ignoreDifferences[0].kind: is not a pattern: a bracket or brace is not closed'],
    ...['spec/replicas', '', '/spec/~2'].map((pointer): [unknown, string] => [{ ...minimal, ignoreDifferences: [{ kind: 'Deployment', jsonPointers: [pointer] }] }, 'spec.ignoreDifferences[0].jsonPointers[0]: must be a JSON pointer like /spec/replicas, with ~1 for / and ~0 for ~ in a name']),
    ...['/kind', '/metadata', '/metadata/name'].map((pointer): [unknown, string] => [{ ...minimal, ignoreDifferences: [{ kind: 'Deployment', jsonPointers: [pointer] }] }, 'spec.ignoreDifferences[0].jsonPointers[0]: must not name what tells one object from another']),
    [{ ...minimal, syncPolicy: { retry: { limit: 1, backoff: { duration: 'soon' } } } }, 'spec.syncPolicy.retry.backoff.duration: must be a duration like 15s or 10m, or a number of seconds, and not negative'],
  ])('refuses %j', (spec, message) => {
    expect(refusal(spec)).toEqual([message]);
  });

  it('refuses other versions and other kinds', () => {
    expect(parseApplication({ ...application(minimal), apiVersion: 'argoproj.io/v2' })).toMatchObject({ ok: false, errors: [{ path: 'apiVersion' }] });
    expect(parseApplication({ ...application(minimal), kind: 'AppProject' })).toMatchObject({ ok: false, errors: [{ path: 'kind' }] });
  });

  it('reads its status, and takes one that makes no sense for none', () => {
    const status = { sync: { status: 'Synced', revision: 'abc' }, health: { status: 'Healthy' }, history: [{ id: 1, deployedAt: '2026-01-01T00:00:00Z' }] };

    expect(parseApplication({ ...application(minimal), status })).toMatchObject({ ok: true, value: { status } });
    expect(parseApplication({ ...application(minimal), status: { sync: 7 } })).toMatchObject({ ok: true, value: { status: {} } });
  });

  it('is parsed once in each version, however many ask', () => {
    const object = application(minimal);

    expect(parseApplication(object)).toBe(parseApplication(object));
    expect(parseApplication({ ...object })).not.toBe(parseApplication(object));
  });
});
