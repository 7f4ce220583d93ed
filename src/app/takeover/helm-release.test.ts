import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { releaseRecord } from './helm-release.ts';

/** As Helm keeps it: packed JSON, in base64 twice, once of Helm's own and once as Secrets have it. */
function secret(record: unknown): KubeObject {
  const release = Buffer.from(gzipSync(JSON.stringify(record)).toString('base64')).toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'es', name: 'sh.helm.release.v1.eso.v1' }, type: 'helm.sh/release.v1', data: { release } };
}

function recordOf(manifest: string): KubeObject {
  return secret({ name: 'eso', manifest, chart: { metadata: { name: 'external-secrets', version: '0.20.4' } } });
}

const crd = (name: string, annotations: string): string => `---
# Source: external-secrets/templates/crds/${name}.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
${annotations}    controller-gen.kubebuilder.io/version: v0.19.0
  name: ${name}
spec:
  group: external-secrets.io
  versions:
    - name: v1
      schema:
        description: |-
          text: with

          "helm.sh/resource-policy": keep
`;

describe('releaseRecord', () => {
  it('tells which definitions an uninstallation keeps', () => {
    const manifest = `${crd('a.external-secrets.io', '')}${crd('b.external-secrets.io', '    helm.sh/resource-policy: keep\n')}${crd('c.external-secrets.io', '    helm.sh/resource-policy: " Keep "\n')}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: webhook\n`;

    expect(releaseRecord(recordOf(manifest))).toEqual({ version: '0.20.4', definitions: new Map([['a.external-secrets.io', false], ['b.external-secrets.io', true], ['c.external-secrets.io', true]]) });
  });

  it('finds none in a chart without definitions', () => {
    expect(releaseRecord(recordOf(''))?.definitions.size).toBe(0);
  });

  it.each<[string, KubeObject]>([
    ['no data', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }],
    ['something that is not packed', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data: { release: 'aGVsbG8=' } }],
    ['a record of another shape', secret({ name: 'eso' })],
    ['a manifest that is no YAML', recordOf('---\nkind: CustomResourceDefinition\nmetadata: [\n')],
  ])('answers nothing for %s', (_what, object) => {
    expect(releaseRecord(object)).toBeUndefined();
  });

  it('survives whatever stands there', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => releaseRecord({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data: { release: Buffer.from(bytes).toString('base64') } }) === undefined));
  });
});
