import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.ts';

const repoURL = 'https://git.example/testnets.git';
const destination = { server: 'https://kubernetes.default.svc', namespace: 'devnet' };

function parsed(spec: Readonly<Record<string, unknown>>) {
  return parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', namespace: 'argocd' }, spec: { destination, ...spec } });
}

function accepted(spec: Readonly<Record<string, unknown>>) {
  const result = parsed(spec);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.value.spec;
}

function refusal(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const result = parsed(spec);
  if (result.ok) throw new Error('it was accepted');
  return result.errors.map(({ path, message }) => `${path}: ${message}`);
}

describe('sources of an Application', () => {
  it('reads a chart in Git with everything that can be said about it', () => {
    const helm = {
      ...{ releaseName: 'ci', values: 'a: 1\n', valuesObject: { a: { b: [1, null] } }, valueFiles: ['values.yaml', '/common.yaml', '$env/devnet.yaml'], ignoreMissingValueFiles: true },
      ...{ parameters: [{ name: 'a.b', value: 'x' }, { name: 'c', value: '1', forceString: true }, { name: 'd' }], fileParameters: [{ name: 'conf', path: 'files/conf' }] },
      ...{ skipCrds: true, skipTests: true, skipSchemaValidation: true, namespace: 'other', kubeVersion: 'v1.34.1', apiVersions: ['monitoring.coreos.com/v1'], version: 'v3' },
    };
    const { version: _version, ...kept } = helm;

    expect(accepted({ source: { repoURL, path: 'helm/ci', helm } }).source.helm).toEqual({ ...kept, parameters: [{ name: 'a.b', value: 'x', forceString: false }, { name: 'c', value: '1', forceString: true }, { name: 'd', value: '', forceString: false }] });
  });

  it('takes the first source that has manifests of its own for the one', () => {
    const spec = accepted({ sources: [{ repoURL, ref: 'env' }, { repoURL: 'https://charts.example', chart: 'postgresql', targetRevision: '~1.2' }, { repoURL, path: 'extra', ref: 'both' }] });

    expect(spec.source).toMatchObject({ chart: 'postgresql', targetRevision: '~1.2', isOnlyLent: false });
    expect(spec.sources?.map(({ isOnlyLent, ref }) => [isOnlyLent, ref])).toEqual([[true, 'env'], [false, undefined], [false, 'both']]);
  });

  it('reads a source that says it is a kustomization', () => {
    expect(accepted({ source: { repoURL, kustomize: {} } }).source.isKustomization).toBe(true);
  });

  it.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
    [{}, ['spec.source: is required']],
    [{ source: { repoURL }, sources: [{ repoURL }] }, ['spec.source: must not stand beside sources, which would be used instead']],
    [{ source: { repoURL, ref: 'a' } }, ['spec.source.ref: means something in sources only']],
    [{ sources: [{ repoURL, ref: 'a' }] }, ['spec.sources: none of them has anything to apply: each only lends its files']],
    [{ sources: [{ repoURL, ref: 'a' }, { repoURL, path: 'x', ref: 'a' }] }, ['spec.sources[1].ref: stands twice']],
    [{ source: { repoURL, chart: 'c' } }, ['spec.source.targetRevision: is required: it is the version of the chart']],
    [{ source: { repoURL, chart: 'c', targetRevision: '1', path: 'x' } }, ['spec.source.path: must not stand beside chart']],
    [{ source: { repoURL, chart: '../c', targetRevision: '1' } }, ['spec.source.chart: must be the name of a chart']],
    [{ source: { repoURL, helm: {}, kustomize: {} } }, ['spec.source.kustomize: must not stand beside helm']],
    [{ source: { repoURL, kustomize: { namePrefix: 'x' } } }, ['spec.source.kustomize.namePrefix: is not supported by this version of Prelude; say it in kustomization.yaml']],
    [{ source: { repoURL, helm: { passCredentials: true } } }, ['spec.source.helm.passCredentials: is not supported by this version of Prelude; remove it']],
    [{ source: { repoURL, helm: { version: 'v2' } } }, ['spec.source.helm.version: must be one of "v3"']],
    [{ source: { repoURL, helm: { releaseName: 'A_B' } } }, ['spec.source.helm.releaseName: must be a name in lower case: letters, digits, - and .']],
    [{ source: { repoURL, helm: { value: '' } } }, ['spec.source.helm.value: unknown field']],
    [{ source: { repoURL, helm: { kubeVersion: 'new' } } }, ['spec.source.helm.kubeVersion: must be a version like 1.34.0']],
  ])('refuses %j', (spec, messages) => {
    expect(refusal(spec)).toEqual(messages);
  });
});
