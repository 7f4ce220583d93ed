import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../../test/support/memory-tree.ts';
import { gatherKustomization } from './gather.ts';

const { signal } = new AbortController();

async function gather(files: Readonly<Record<string, string>>, start = 'net') {
  const { files: found, problems } = await gatherKustomization(memoryTree(files), start, signal);
  return { files: [...found.keys()].toSorted(), problems: problems.map(({ origin, path, message }) => `${origin?.file ?? ''}:${origin?.line ?? 0} ${path ?? ''}: ${message}`) };
}

const url = 'is, or may be taken for, a URL: nothing is fetched; commit the base, and name it by its path';

describe('gatherKustomization', () => {
  it('follows bases and components through the repository, each once, and takes their folders whole', async () => {
    const files = {
      'net/kustomization.yaml': 'resources: [../base, a.yaml]\ncomponents: [../parts/c]\nconfigMapGenerator: [{name: x, files: [conf=files/conf, files/other], envs: [x.env]}]\npatches: [{path: p.yaml}, {patch: "a: b\\nc: d"}]\n',
      ...{ 'net/a.yaml': '', 'net/p.yaml': '', 'net/files/conf': '', 'net/files/other': '', 'net/x.env': '', 'base/kustomization.yml': 'resources: [b.yaml]\n', 'base/b.yaml': '', 'parts/c/Kustomization': 'kind: Component\nresources: [../../base]\n', 'other/z.yaml': '' },
    };

    const { 'other/z.yaml': _other, ...reached } = files;
    expect(await gather(files)).toEqual({ files: Object.keys(reached).toSorted(), problems: [] });
  });

  it('comes to an end where kustomizations lead to each other', async () => {
    expect((await gather({ 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' }, 'a')).problems).toEqual([]);
  });

  it.each(['https://x.example/a.yaml', 'github.com/acme/base', 'github.com/acme/base?ref=v1', 'git@github.com:acme/base', 'git::https://x.example/base', 'ssh://x.example/base', 'gh:acme/base', 'host.example/base.git', 'dev.azure.com/o/p/_git/base', 'a//b', 'file:///etc'])(
    'refuses %s, also where there is a folder of that name',
    async (text) => {
      expect((await gather({ 'net/kustomization.yaml': `resources:\n- ${JSON.stringify(text)}\n`, [`net/${text}/kustomization.yaml`]: '' })).problems).toContain(`net/kustomization.yaml:2 resources[0]: ${url}`);
    },
  );

  it.each<[string, string, string]>([
    ['resources: [../../etc]', 'resources[0]', 'leads out of the repository'],
    ['resources: [/etc/passwd]', 'resources[0]', 'leads out of the repository'],
    ['resources: [none]', 'resources[0]', 'is neither a file nor a folder of the repository'],
    ['resources: [../secret.yaml]', 'resources[0]', 'is a file outside of this folder, which kustomize does not read; make a base of its folder'],
    ['crds: [none.yaml]', 'crds[0]', 'is neither a file nor a folder of the repository'],
    ['configurations: ["https://x.example"]', 'configurations[0]', url],
    ['openapi: {path: "https://x.example/s.json"}', 'openapi.path', url],
    ['secretGenerator: [{name: s, files: ["k=https://x.example/k"]}]', 'secretGenerator[0].files[0]', url],
    ['helmCharts: [{name: c}]', 'helmCharts', 'is not supported: charts are rendered by Applications of their own'],
    ['a: "open', '', 'not valid YAML: a quote, bracket, brace, comma, colon or space is missing (column 1)'],
  ])('refuses %s', async (text, field, message) => {
    expect((await gather({ 'net/kustomization.yaml': `${text}\n`, 'secret.yaml': '' })).problems).toEqual([expect.stringContaining(`${field}: ${message}`)]);
  });

  it.each([
    ['Resources: ["http://127.0.0.1:8080/x"]', 'Resources'],
    ['re\u017fources: ["http://127.0.0.1:8080/x"]', 're\u017fources'],
    ['HELMCHARTS: [{name: c}]', 'HELMCHARTS'],
    ['other: 1', 'other'],
    ['patches: [{Path: "http://127.0.0.1:8080/x"}]', 'patches[0].Path'],
    ['replacements: [{PATH: "http://127.0.0.1:8080/x"}]', 'replacements[0].PATH'],
    ['configMapGenerator: [{name: x, Files: ["k=http://127.0.0.1:8080/x"]}]', 'configMapGenerator[0].Files'],
    ['secretGenerator: [{name: x, Env: "http://127.0.0.1:8080/x"}]', 'secretGenerator[0].Env'],
  ])('refuses %s: kustomize reads fields whatever the case of their letters', async (text, field) => {
    expect((await gather({ 'net/kustomization.yaml': `kind: Kustomization\n${text}\n` })).problems).toEqual([`net/kustomization.yaml:2 ${field}: is not a field that kustomize has; letters must be in its case`]);
  });

  it.each(['generators', 'transformers', 'validators'])('refuses %s, in place and in files: what a plugin is told to read is not looked at', async (field) => {
    const plugin = 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: ["x=http://127.0.0.1:8080/gen"]\n';
    const inPlace = JSON.stringify({ [field]: [plugin] });
    const message = 'is not supported: what a plugin would read or fetch cannot be looked at before it runs; configMapGenerator, secretGenerator, patches, replacements and the other fields do what the builtin ones do';

    for (const kustomization of [inPlace, `${field}: [plugin.yaml]\n`]) {
      expect((await gather({ 'net/kustomization.yaml': kustomization, 'net/plugin.yaml': plugin })).problems).toEqual([`net/kustomization.yaml:1 ${field}: ${message}`]);
    }
  });

  it('takes several lines for YAML in place only where kustomize does', async () => {
    expect((await gather({ 'net/kustomization.yaml': 'patchesStrategicMerge:\n- |-\n  kind: Pod\n  metadata: {name: x}\n' })).problems).toEqual([]);
    expect((await gather({ 'net/kustomization.yaml': 'resources:\n- |-\n  kind: Pod\n  metadata: {name: x}\n' })).problems).toEqual([`net/kustomization.yaml:2 resources[0]: ${url}`]);
  });

  it('refuses a base that is none, and a folder with two', async () => {
    expect((await gather({ 'net/kustomization.yaml': 'resources: [../base]\n', 'base/a.yaml': '' })).problems).toEqual(['base:1 : is not a kustomization: there is no kustomization.yaml']);
    expect((await gather({ 'net/kustomization.yaml': '', 'net/Kustomization': '' })).problems).toEqual([expect.stringContaining('has more than one kustomization file')]);
  });
});
