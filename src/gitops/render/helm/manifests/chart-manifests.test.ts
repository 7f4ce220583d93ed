import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import { hooksOf } from './chart-hook.ts';
import { type ChartManifests, chartManifests } from './chart-manifests.ts';
import { printTemplateOutput } from './print-template-output.ts';
import { splitManifests } from './split-manifests.ts';

function sorted(texts: Readonly<Record<string, string>>, check = false): ChartManifests {
  const result = chartManifests('web', new Map(Object.entries(texts).map(([path, text]) => [path, SecretBytes.fromUtf8(text)])), { check });
  if (!result.ok) throw new Error(result.detail);
  return result.manifests;
}

const object = (kind: string, name = 'x', annotations = ''): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${annotations === '' ? '' : `  annotations:\n${annotations}`}`;

describe('the documents of rendered templates', () => {
  it('are parted at lines that begin with three dashes, whatever follows', () => {
    expect(splitManifests('\n---\na: 1\n--- # c\nb: 2\n---kind: X\n---\n\n  ---\n# only\n')).toEqual(['a: 1\n', '# c\nb: 2\n', 'kind: X\n', '---\n# only\n']);
    expect(splitManifests(' \n')).toEqual([]);
  });

  it('come in the order of installation, unknown kinds last and by name', () => {
    const { manifests } = sorted({
      'web/templates/b.yaml': [object('Deployment'), object('Zebra'), object('Apple'), object('Namespace')].join('---\n'),
      'web/templates/a.yaml': [object('Deployment', 'first'), object('Secret')].join('---\n'),
      'web/templates/NOTES.txt': 'read me',
    });

    expect(manifests.map(({ kind, name }) => `${kind}/${name}`)).toEqual(['Namespace/x', 'Secret/x', 'Deployment/first', 'Deployment/x', 'Apple/x', 'Zebra/x']);
  });

  it('are hooks where an annotation says so, and nothing where an event is unknown', () => {
    const { manifests, hooks, notes } = sorted({
      'web/templates/a.yaml': object('Job', 'both', '    helm.sh/hook: Pre-Install, post-upgrade\n    helm.sh/hook-weight: "-5"\n    helm.sh/hook-delete-policy: hook-succeeded,before-hook-creation\n    helm.sh/hook-output-log-policy: hook-failed\n'),
      'web/templates/b.yaml': object('Pod', 'test', '    helm.sh/hook: test-success\n    helm.sh/hook-weight: heavy\n'),
      'web/templates/c.yaml': object('Job', 'gone', '    helm.sh/hook: pre-install,never\n'),
      'web/templates/d.yaml': object('Job', 'early', '    helm.sh/hook: pre-install\n    helm.sh/hook-weight: "-6"\n'),
      'web/templates/NOTES.txt': 'read me',
      'web/charts/db/templates/NOTES.txt': 'of a subchart',
    });

    expect(manifests).toEqual([]);
    expect(hooks.map(({ name, events, weight }) => [name, events, weight])).toEqual([
      ['test', ['test'], 0],
      ['both', ['pre-install', 'post-upgrade'], -5],
      ['early', ['pre-install'], -6],
    ]);
    expect(hooks[1]).toMatchObject({ deletePolicies: ['hook-succeeded', 'before-hook-creation'], outputLogPolicies: ['hook-failed'] });
    expect(hooksOf(hooks, 'pre-install').map(({ name }) => name)).toEqual(['early', 'both']);
    expect(notes?.equals(SecretBytes.fromUtf8('read me'))).toBe(true);
  });

  it('have texts where YAML has booleans and numbers, as Kubernetes reads them', () => {
    const { manifests, hooks } = sorted({
      'web/templates/a.yaml': object('ConfigMap', 'on'),
      'web/templates/b.yaml': object('ConfigMap', '1.10'),
      'web/templates/c.yaml': object('Job', '5', '    helm.sh/hook: pre-install\n    helm.sh/hook-weight: -5\n'),
    });

    expect(manifests.map(({ name }) => name)).toEqual(['true', '1.1']);
    expect(hooks.map(({ name, weight }) => [name, weight])).toEqual([['5', -5]]);
  });

  it('are printed as helm template prints them', () => {
    const manifests = sorted({ 'web/templates/a.yaml': `${object('ConfigMap')}---\n# nothing\n`, 'web/templates/t.yaml': object('Pod', 't', '    helm.sh/hook: test\n') });
    const crds = [{ name: 'web/crds/c.yaml', data: Buffer.from('kind: C\n') }];

    expect(printTemplateOutput(manifests, { crds, skipTests: true })).toBe(
      '---\n# Source: web/crds/c.yaml\nkind: C\n\n---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n\n---\n# Source: web/templates/a.yaml\n# nothing\n',
    );
    expect(printTemplateOutput(manifests)).toContain('# Source: web/templates/t.yaml');
    expect(printTemplateOutput(manifests, { noHooks: true })).not.toContain('# Source: web/templates/t.yaml');
    expect(printTemplateOutput(sorted({}))).toBe('\n');
  });

  it.each([
    ['kind: [', false],
    ['kind: [5]', false],
    ['metadata: text', false],
    ['metadata:\n  annotations:\n    a: [true]', false],
    ['kind: X\nspec:\n  a: b: c', true],
  ])('are refused where Helm refuses them, without a word of them: %s', (text, onlyChecked) => {
    const templates = new Map([['web/templates/a.yaml', SecretBytes.fromUtf8(text)]]);

    expect(chartManifests('web', templates, { check: true })).toMatchObject({ ok: false, path: 'web/templates/a.yaml' });
    expect(chartManifests('web', templates).ok).toBe(onlyChecked);
  });

  it('have the same heads whether all of them is read or not', () => {
    const texts = [object('A', '"quoted: name"', "    a: 'x'\n    b: >-\n      folded\n      text\n"), '{apiVersion: v1, kind: Flow, metadata: {name: f}}', 'a: &x {name: anchored}\nkind: K\nmetadata: *x\n', '"kind": Quoted\n', 'kind: X # comment\nspec: |\n  kind: inner\nmetadata:\n# comment\n  name: last\n'];
    for (const text of texts) {
      const heads = [true, false].map((check) => sorted({ 'web/templates/a.yaml': text }, check).manifests.map(({ apiVersion, kind, name, annotations }) => ({ apiVersion, kind, name, annotations })));
      expect(heads[0]).toEqual(heads[1]);
    }
  });
});
