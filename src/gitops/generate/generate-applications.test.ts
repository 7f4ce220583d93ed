import { describe, expect, it } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { type ApplicationSet, parseApplicationSet } from '../../api/application-set.ts';
import { formatErrors } from '../../api/schema.ts';
import { SourceError } from '../source/source-error.ts';
import { type Generation, generateApplications } from './generate-applications.ts';
import { GenerationError } from './generation-error.ts';

const { signal } = new AbortController();
type Fields = Readonly<Record<string, unknown>>;

const template = (name: string, path = 'testnets', more: Fields = {}): Fields => ({
  metadata: { name, ...more },
  spec: { source: { repoURL: 'https://git.example/testnets', path }, destination: { name: 'in-cluster', namespace: name } },
});

function setOf(spec: Fields, metadata: Fields = {}): ApplicationSet {
  const parsed = parseApplicationSet({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'testnets', namespace: 'argocd', ...metadata }, spec });
  if (!parsed.ok) throw new Error(formatErrors(parsed.errors));
  return parsed.value;
}

async function generate(spec: Fields, files: Readonly<Record<string, string>> = {}): Promise<Generation> {
  return generateApplications(setOf(spec), { readTree: async () => memoryTree(files), now: () => 0 }, signal);
}

async function failure(spec: Fields, files: Readonly<Record<string, string>> = {}): Promise<string> {
  try {
    await generate(spec, files);
    return 'no error';
  } catch (error) {
    if (error instanceof GenerationError) return `${error.kind} ${error.path}: ${error.message}`;
    throw error;
  }
}

const names = ({ applications }: Generation): readonly string[] => applications.map(({ object }) => object.metadata.name);

const repository = {
  'testnets/devnet/values.yaml': 'a: 1\n',
  'testnets/berlin/deep/values.yaml': 'a: 1\n',
  'testnets/Old_One/values.yaml': 'a: 1\n',
  'testnets/.hidden/values.yaml': 'a: 1\n',
  'top.yaml': 'a: 1\n',
};

describe('the list generator', () => {
  it('gives an Application for each element, sorted, owned by nobody yet and with the finalizer that takes its objects along', async () => {
    const generated = await generate({ generators: [{ list: { elements: [{ net: 'devnet' }, { net: 'berlin', values: { region: 'eu' } }] } }], template: template('{{net}}', 'nets/{{ values.region }}/{{net}}') });

    expect(names(generated)).toEqual(['berlin', 'devnet']);
    expect(generated.applications[0]?.object).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'berlin', namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
      spec: { source: { repoURL: 'https://git.example/testnets', path: 'nets/eu/berlin' }, destination: { name: 'in-cluster', namespace: 'berlin' }, project: 'default' },
    });
    // what is no parameter stays as it stands, as with Argo CD
    expect(generated.applications[1]?.application.spec.source.path).toBe('nets/{{ values.region }}/devnet');
  });

  it('takes further elements from YAML, and those alone that the selector lets pass', async () => {
    const list = { elements: [{ net: 'a', env: 'dev' }], elementsYaml: '- {net: b, env: prod}\n- {net: c, env: dev}\n' };

    expect(names(await generate({ generators: [{ list, selector: { matchLabels: { env: 'dev' } } }], template: template('{{net}}') }))).toEqual(['a', 'c']);
    expect(await failure({ generators: [{ list: { elementsYaml: 'a: 1' } }], template: template('x') })).toBe('parameters spec.generators[0].list.elementsYaml: must be a YAML list of maps');
  });

  it('wants texts, unless templates are those of Go', async () => {
    const generators = [{ list: { elements: [{ net: 'a', replicas: 2 }] } }];

    expect(await failure({ generators, template: template('{{net}}') })).toBe('parameters spec.generators[0].list.elements[0].replicas: must be a text: other values need goTemplate: true');
    expect(names(await generate({ goTemplate: true, generators, template: template('{{.net}}-{{.replicas}}') }))).toEqual(['a-2']);
  });
});

describe('the generator of Git folders', () => {
  const git = { repoURL: 'https://git.example/testnets', revision: 'main' };

  it('gives an Application for each folder that is meant: none below it, none that is hidden, none that is left out', async () => {
    const directories = [{ path: 'testnets/*' }, { path: 'testnets/berlin', exclude: true }];
    const generated = await generate({ generators: [{ git: { ...git, directories } }], template: template('net-{{path.basenameNormalized}}', '{{path[0]}}/{{path.basename}}', { labels: { '{{path.basename}}': '{{path}}' } }) }, repository);

    expect(names(generated)).toEqual(['net-devnet', 'net-old-one']);
    expect(generated.applications[1]?.object.metadata.labels).toEqual({ Old_One: 'testnets/Old_One' });
    expect(generated.applications[1]?.application.spec.source.path).toBe('testnets/Old_One');
    expect(generated.applications[1]?.from).toBe('testnets/Old_One');
  });

  it("gives Go's templates the same in a map, with values that see it", async () => {
    const generator = { git: { ...git, directories: [{ path: '*/*/*' }], values: { net: '{{ index .path.segments 1 }}' } } };

    expect(names(await generate({ goTemplate: true, generators: [generator], template: template('{{.values.net}}-{{.path.basename}}') }, repository))).toEqual(['berlin-deep']);
    const prefixed = { git: { ...git, directories: [{ path: 'testnets/devnet' }], pathParamPrefix: 'repo' } };
    expect(names(await generate({ goTemplate: true, generators: [prefixed], template: template('{{.repo.path.basename}}') }, repository))).toEqual(['devnet']);
    expect(names(await generate({ generators: [prefixed], template: template('{{repo.path.basename}}') }, repository))).toEqual(['devnet']);
  });

  it('says which field names a repository that cannot be read', async () => {
    const run = generateApplications(setOf({ generators: [{ git: { ...git, directories: [{ path: '*' }] } }], template: template('x') }), { readTree: () => Promise.reject(new SourceError('unavailable', 'no connection')), now: () => 0 }, signal);

    await expect(run).rejects.toMatchObject({ kind: 'parameters', path: 'spec.generators[0].git.repoURL', message: 'no connection' });
  });

  it('refuses a pattern that is none', async () => {
    expect(await failure({ generators: [{ git: { ...git, directories: [{ path: 'a' }, { path: 'b[', exclude: true }] } }], template: template('x') }, repository)).toBe('parameters spec.generators[0].git.directories[1].path: is not a pattern of paths');
  });
});

describe('the generator of Git files', () => {
  const generator = (path: string, more: Fields = {}): Fields => ({ git: { repoURL: '.', revision: 'HEAD', files: [{ path }, { path: '**/skip.json', exclude: true }], ...more } });
  const files = {
    'nets/devnet/net.json': '{"name": "devnet", "nodes": {"seeds": 3, "big": 1000000}, "tags": ["a", "b"]}',
    'nets/berlin/net.yaml': '- {name: b1}\n- {name: b2}\n',
    'nets/berlin/skip.json': '{"name": "skipped"}',
  };

  it('gives an Application for each file, or each item of its list, with what stands there and the path', async () => {
    const generated = await generate({ generators: [generator('nets/*.json'), generator('nets/**/net.yaml')], template: template('{{name}}', '{{path}}', { annotations: { a: '{{path.filename}} {{nodes.seeds}} {{nodes.big}} {{tags.1}}' } }) }, files);

    expect(names(generated)).toEqual(['b1', 'b2', 'devnet']);
    expect(generated.applications[2]?.object.metadata.annotations).toEqual({ a: 'net.json 3 1e+06 b' });
    expect(generated.applications.map(({ from }) => from)).toEqual(['nets/berlin/net.yaml[0]', 'nets/berlin/net.yaml[1]', 'nets/devnet/net.json']);
  });

  it("gives Go's templates values of any type", async () => {
    const generated = await generate({ goTemplate: true, goTemplateOptions: ['missingkey=error'], generators: [generator('nets/devnet/net.json')], template: template('{{.name}}-{{ len .tags }}-{{ .path.basename | upper | lower }}') }, files);

    expect(names(generated)).toEqual(['devnet-2-devnet']);
  });

  it('says which file is wrong, and where in it', async () => {
    const run = (text: string): Promise<string> => failure({ generators: [generator('a.yaml')], template: template('x') }, { 'a.yaml': text });

    expect(await run('a: 1\nb: [')).toMatch(/^parameters spec\.generators\[0\]\.git\.files: a\.yaml:2: is not valid YAML/);
    expect(await run('a: 1\n---\nb: 1\n')).toBe('parameters spec.generators[0].git.files: a.yaml:3: holds a second document of YAML, which would not be looked at');
    expect(await run('text')).toBe('parameters spec.generators[0].git.files: a.yaml must hold a map, or a list of maps');
    expect(await run('')).toBe('no error');
  });

  it('reads no more than it can hold: bytes, items, and names that grow as maps are flattened', async () => {
    const run = (texts: Readonly<Record<string, string>>): Promise<string> => failure({ generators: [generator('*.yaml')], template: template('{{name}}') }, texts);

    expect(await run({ 'a.yaml': `a: ${'x'.repeat(3 << 20)}\n`, 'b.yaml': `a: ${'x'.repeat(3 << 20)}\n`, 'c.yaml': `a: ${'x'.repeat(3 << 20)}\n` })).toBe('parameters spec.generators[0].git.files: the files that are meant hold more than 8388608 bytes');
    expect(await run({ 'a.yaml': '- {}\n'.repeat(3_000), 'b.yaml': '- {}\n'.repeat(3_000) })).toBe('parameters spec.generators[0].git.files: the files that are meant hold more than 5000 items');
    expect(await run({ 'a.yaml': `? ${'k'.repeat(100_000)}\n: [${'a, '.repeat(400)}]\n` })).toMatch(/^parameters spec\.generators\[0\]\.git\.files: up to a\.yaml the files that are meant give parameters of more than \d+ letters$/);
  });

  it('lets others have their turn between two files', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`nets/n${index}/net.json`, JSON.stringify({ name: `n${index}`, list: Array.from({ length: 100 }, (_item, at) => at) })]));
    await generate({ generators: [generator('nets/*/net.json')], template: template('{{name}}') }, many);
    clearInterval(timer);

    expect(turns).toBeGreaterThan(10);
  });
});

describe('templates', () => {
  const one = [{ list: { elements: [{ name: 'devnet', prune: true }] } }];

  it('fail where a parameter is missing and missingkey=error is set, with the field and the place in it', async () => {
    const spec = { goTemplate: true, generators: one, template: template('{{.nme}}') };

    expect(await failure({ ...spec, goTemplateOptions: ['missingkey=error'] })).toBe('template spec.template.metadata.name: template: spec.template.metadata.name:1:2: executing "spec.template.metadata.name" at <.nme>: map has no entry for key "nme"');
    expect((await generate(spec)).refused.map(({ message }) => message)).toEqual(['spec.generators[0].list.elements[0]: "<no value>" is not a name in lower case: letters, digits, - and .']);
    expect(await failure({ ...spec, template: template('{{ .name') })).toMatch(/^template spec\.template\.metadata\.name: .*unclosed action/);
  });

  it('can ask nothing of the process or the network', async () => {
    for (const call of ['env "HOME"', 'expandenv "$HOME"', 'getHostByName "localhost"']) {
      expect(await failure({ goTemplate: true, generators: one, template: template(`{{ ${call} }}`) })).toMatch(/function "\w+" not defined$/);
    }
  });

  it('cannot hold up the process', async () => {
    const loop = '{{ range $a := until 100000 }}{{ range $b := until 100000 }}{{ end }}{{ end }}';

    expect(await failure({ goTemplate: true, generators: one, template: template(loop) })).toMatch(/^template spec\.template\.metadata\.name: the templates of this ApplicationSet take too much/);
  });

  it('without Go take time in proportion to their length', async () => {
    const started = performance.now();
    const generated = await generate({ generators: [{ list: { elements: [{ net: 'devnet' }] } }], template: template('x', 'p', { annotations: { a: '{{'.repeat(20_000), b: '{{\n}} {{net}}', c: '{{\n}}' } }) });

    expect(performance.now() - started).toBeLessThan(2_000);
    expect(generated.applications[0]?.object.metadata.annotations).toEqual({ a: '{{'.repeat(20_000), b: '{{\n}} devnet', c: '{{\n}}' });
  });

  it('render no more than an ApplicationSet can sensibly mean', async () => {
    const elements = Array.from({ length: 100 }, (_, index) => ({ name: `n${index}`, big: 'x'.repeat(10_000) }));

    expect(await failure({ generators: [{ list: { elements } }], template: template('{{name}}', 'p', { annotations: { a: '{{big}}'.repeat(100) } }) })).toMatch(/^template spec\.template\.metadata\.annotations\.a: the templates of this ApplicationSet render more than \d+ letters in all/);
    expect(await failure({ generators: [{ list: { elements: [{ name: 'a', big: 'x'.repeat(100_000) }] } }], template: template('{{name}}', 'p', { annotations: { a: '{{big}}'.repeat(2_000) } }) })).toMatch(/^template spec\.template\.metadata\.annotations\.a: /);
  });

  it("have Argo CD's own functions", async () => {
    const render = async (text: string): Promise<string | undefined> => (await generate({ goTemplate: true, generators: one, template: template('x', text) })).applications[0]?.application.spec.source.path;

    expect(await render('{{ normalize "Feature/ABC_1" }}')).toBe('feature-abc-1');
    expect(await render('{{ slugify 12 true "one-two-three" }}')).toBe('one-two');
    expect(await render('{{ slugify 12 false "one-two-three" }}')).toBe('one-two-thre');
    expect(await render('{{ slugify "A.b" }}')).toBe('a-b');
    expect(await render('{{ (fromYaml "a: {b: c}").a.b }}{{ fromYamlArray "[1, x]" | last }}')).toBe('cx');
    expect(await render('{{ toYaml .name }}')).toBe('devnet');
  });

  it('are filled up from that of the ApplicationSet where a generator has its own', async () => {
    const own = { metadata: { labels: { of: 'generator' } }, spec: { source: { path: 'own/{{name}}' } } };
    const generated = await generate({ generators: [{ list: { elements: [{ name: 'a' }], template: own } }], template: template('{{name}}', 'base', { labels: { of: 'set', more: 'yes' } }) });

    expect(generated.applications[0]?.object).toMatchObject({ metadata: { name: 'a', labels: { of: 'generator', more: 'yes' } }, spec: { source: { path: 'own/a', repoURL: 'https://git.example/testnets' } } });
  });

  it('are patched by templatePatch, which sets what is no text, adds finalizers and leaves the project alone', async () => {
    const templatePatch = 'metadata:\n  finalizers: [acme.example/more]\nspec:\n  project: other\n  source: {path: null, targetRevision: "{{.name}}"}\n{{- if .prune }}\n  syncPolicy: {automated: {prune: {{ .prune }}}}\n{{- end }}\n';
    const generated = await generate({ goTemplate: true, generators: one, template: template('{{.name}}'), templatePatch });

    expect(generated.refused).toEqual([]);
    expect(generated.applications[0]?.object).toMatchObject({ metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io', 'acme.example/more'] }, spec: { project: 'default', syncPolicy: { automated: { prune: true } } } });
    expect(generated.applications[0]?.object['spec']).toHaveProperty('source', { repoURL: 'https://git.example/testnets', targetRevision: 'devnet' });
    const patch = (text: string): Promise<string> => failure({ generators: [{ list: { elements: [{ name: 'a' }] } }], template: template('{{name}}'), templatePatch: text });
    expect(await patch('spec: [')).toMatch(/^template spec\.templatePatch: renders no valid YAML/);
    expect(await patch('spec: {$patch: delete}')).toBe('template spec.templatePatch: the directive $patch is not supported by this version of Prelude');
    expect(await patch('a')).toBe('template spec.templatePatch: renders no map');
    expect(await patch('')).toBe('no error');
  });

  it('leave objects where they are when the ApplicationSet says so, or when they name finalizers themselves', async () => {
    const finalizers = async (spec: Fields, metadata: Fields = {}): Promise<unknown> => (await generate({ generators: [{ list: { elements: [{ name: 'a' }] } }], template: template('{{name}}', 'p', metadata), ...spec })).applications[0]?.object.metadata.finalizers;

    expect(await finalizers({ syncPolicy: { preserveResourcesOnDeletion: true } })).toBeUndefined();
    expect(await finalizers({}, { finalizers: ['acme.example/own'] })).toEqual(['acme.example/own']);
  });
});

describe('what is rendered', () => {
  const elements = (...items: readonly Fields[]): readonly Fields[] => [{ list: { elements: items } }];

  it('must have names of its own: who shares one is named, and neither is made', async () => {
    const generated = await generate({ generators: [...elements({ net: 'a', of: '1' }), ...elements({ net: 'a', of: '2' }, { net: 'b', of: '3' })], template: template('{{net}}') });

    expect(names(generated)).toEqual(['b']);
    expect(generated.refused.map(({ path, message }) => `${path}: ${message}`)).toEqual(['spec.template.metadata.name: spec.generators[0].list.elements[0] and spec.generators[1].list.elements[0] both render the Application a']);
    expect(generated.names).toEqual(new Set(['a', 'b']));
  });

  it('must be an Application that this version reads, in the namespace of the ApplicationSet', async () => {
    const broken = { metadata: { name: '{{net}}', namespace: '{{ns}}' }, spec: { source: { repoURL: 'r', path: '../{{net}}' }, destination: { name: 'in-cluster', namespace: '{{net}}' } } };
    const generated = await generate({ generators: elements({ net: 'a', ns: 'argocd' }, { net: 'b', ns: 'kube-system' }), template: broken });

    expect(names(generated)).toEqual([]);
    expect(generated.names).toEqual(new Set(['a', 'b']));
    expect(generated.refused.map(({ message }) => message)).toEqual([expect.stringMatching(/elements\[0\]: Application a: spec\.source\.path/), 'spec.generators[0].list.elements[1]: Application b must be in the namespace of its ApplicationSet, argocd']);
  });

  it('is known to be incomplete where something has no name that an Application can have', async () => {
    const run = (net: string): Promise<Generation> => generate({ generators: elements({ net: 'a' }, { net }), template: template('{{net}}') });

    expect(await run('Not_A_Name')).toMatchObject({ hasNameless: true, refused: [{}] });
    expect(await run('')).toMatchObject({ hasNameless: true });
    expect(await run('b')).toMatchObject({ hasNameless: false });
  });

  it('has no owner, status or operation of its own making', async () => {
    const refused = async (templatePatch: string): Promise<readonly string[]> => (await generate({ generators: elements({ net: 'a' }), template: template('{{net}}'), templatePatch })).refused.map(({ message }) => message);

    expect(await refused('operation: {sync: {}}')).toEqual(['spec.generators[0].list.elements[0]: sets operation; only metadata and spec are rendered']);
    expect(await refused('metadata: {ownerReferences: []}')).toEqual(['spec.generators[0].list.elements[0]: sets metadata.ownerReferences; only name, namespace, labels, annotations, finalizers are rendered']);
  });
});
