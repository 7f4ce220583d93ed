import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/object.ts';
import { readManifests } from '../../src/seal/manifest.ts';
import { annotationOf, scopeAnnotations, type Scope, scopes } from '../../src/seal/scope.ts';
import { printed, type SealingProgram } from './sealed-programs.ts';

/** What stands in its template. */
export const templates = ['none', 'metadata', 'data'] as const;
export type Template = (typeof templates)[number];

/** What a Secret must hold, whoever made it. Annotations that say a scope are left out: kubeseal gives some to the Secret. */
export interface SecretContent {
  readonly data: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly type: string;
  readonly immutable: boolean;
}

/** A SealedSecret, and what must come of it. */
export interface SealedCase {
  readonly manifest: KubeObject;
  readonly expected: SecretContent;
}

const password = 'p@ss "w\\ord" <&> ü\n';
const values: Readonly<Record<string, Buffer>> = { user: Buffer.from('admin'), 'pass.word': Buffer.from(password), bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), empty: Buffer.alloc(0) };
const metadata = { labels: { team: 'a' }, annotations: { note: 'two\nlines: "quoted" <&>' } };
const kind = { type: 'example.com/interop', immutable: true };
const texts = {
  'config.yaml': 'user: {{ .user }}\npassword: {{ index . "pass.word" | quote }}\nlevel: {{ .level }}\nabsent: {{ .absent }}\n{{- range $i, $word := "b,a" | splitList "," | sortAlpha }}\nword{{ $i }}: {{ $word }}\n{{- end }}\n{{- if eq .user "admin" }}\nroot: {{ .user | sha256sum | trunc 8 }}\n{{- end }}\n',
  level: '{{ "high" | upper }}',
  // what is sealed under a name wins
  user: 'nobody',
};
const rendered = { 'config.yaml': `user: admin\npassword: ${JSON.stringify(password)}\nlevel: {{ "high" | upper }}\nabsent: <no value>\nword0: a\nword1: b\nroot: 8c6976e5\n`, level: 'HIGH' };

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
const inBase64 = (all: Readonly<Record<string, string | Buffer>>): Record<string, string> => Object.fromEntries(Object.entries(all).map(([key, value]) => [key, base64(value)]));

function expectedOf(template: Template): SecretContent {
  const plain = { data: inBase64(values), labels: {}, annotations: {}, type: 'Opaque', immutable: false };
  if (template === 'none') return plain;
  return template === 'data' ? { ...plain, data: { ...inBase64(rendered), ...plain.data } } : { ...plain, ...metadata, ...kind };
}

/** The same of a live or printed Secret. Where a value is empty, kubeseal prints null. */
export function contentOf({ metadata: { labels = {}, annotations = {} }, ...secret }: KubeObject): SecretContent {
  const { data = {}, type = 'Opaque', immutable = false } = secret as { readonly data?: Readonly<Record<string, string | null>>; readonly type?: string; readonly immutable?: boolean };
  return { data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value ?? ''])), labels, annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => !scopeAnnotations.includes(name))), type, immutable };
}

/** Whom a value is sealed for. What a wider scope leaves open is somebody else's, so that the SealedSecret opens under its scope alone. */
interface Owner {
  readonly name: string;
  readonly namespace: string;
  readonly scope: Scope;
  readonly template: Template;
}

function sealedFor({ name, namespace, scope, template }: Owner): Owner {
  return { scope, template, name: scope === 'strict' ? name : 'somebody', namespace: scope === 'cluster-wide' ? 'elsewhere' : namespace };
}

/** A Secret as it comes from a cluster, with what a server wrote of it. */
function plainSecret({ template, ...owner }: Owner, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  const own = template === 'metadata' ? metadata : { labels: undefined, annotations: {} };
  const { user = '', ...data } = values;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: owner.name, namespace: owner.namespace, uid: '1', resourceVersion: '2', creationTimestamp: '2026-01-02T03:04:05Z', ...(own.labels === undefined ? {} : { labels: own.labels }), annotations: { ...own.annotations, ...annotations, 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"user":"admin"}}' } },
    ...(template === 'metadata' ? kind : {}),
    stringData: { user: user.toString() },
    data: inBase64(data),
  };
}

export interface SealCasesOptions {
  /** Name of the program, for names of objects. */
  readonly by: string;
  readonly program: SealingProgram;
  /** Seals the first value of files that are then merged into. */
  readonly other: SealingProgram;
  /** Path of the certificate. */
  readonly certificate: string;
  /** Where the SealedSecrets are to be. */
  readonly namespace: string;
}

/** Has a program seal every combination of making, scope and template. */
export async function sealCases(options: SealCasesOptions): Promise<readonly SealedCase[]> {
  const [raw, otherRaw] = [rawValues(options.program, options.certificate), rawValues(options.other, options.certificate)];
  const owners = (making: string): readonly Owner[] => scopes.flatMap((scope) => templates.map((template) => ({ scope, template, namespace: options.namespace, name: `${options.by}-${making}-${scope}-${template}` })));
  const one = (making: 'yaml' | 'json') => owners(making).map(async (owner) => caseOf(owner, await sealOne(owner, making, options)));
  const all = await Promise.all([
    ...one('yaml'),
    ...one('json'),
    ...(['documents', 'stream'] as const).map(async (making) => await sealSeveral(owners(making), making, options)),
    ...owners('raw').map(async (owner) => caseOf(owner, await sealRaw(owner, raw))),
    ...owners('merged').map(async (owner) => caseOf(owner, await sealMerged(owner, otherRaw, options))),
  ]);
  return all.flat();
}

/** What was sealed, under the name it is to have; templates of data are not to be had from a Secret, and are written by hand. */
function caseOf({ name, namespace, template }: Owner, sealed: KubeObject): SealedCase {
  const { spec } = sealed as KubeObject & { readonly spec: { readonly template?: object } };
  const { annotations } = sealed.metadata;
  const own = template === 'data' ? { ...spec, template: { ...spec.template, data: texts } } : spec;
  return { manifest: { ...sealed, metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) }, spec: own }, expected: expectedOf(template) };
}

async function sealOne(owner: Owner, format: 'yaml' | 'json', { program, certificate }: SealCasesOptions): Promise<KubeObject> {
  const args = ['--cert', certificate, '--format', format, '--scope', owner.scope];
  return only(await printed(program(args, { stdin: JSON.stringify(plainSecret(sealedFor(owner))) })));
}

/** Several Secrets in one text, each with its scope in its annotations: documents of YAML, or JSON one after the other. */
async function sealSeveral(owners: readonly Owner[], making: 'documents' | 'stream', { program, certificate }: SealCasesOptions): Promise<readonly SealedCase[]> {
  const secrets = owners.map((owner) => JSON.stringify(plainSecret(sealedFor(owner), annotationOf(owner.scope)), undefined, 1));
  const stdin = making === 'documents' ? secrets.join('\n---\n') : secrets.join('\n');
  const sealed = objects(await printed(program(['--cert', certificate, '-o', making === 'documents' ? 'yaml' : 'json'], { stdin })));
  return owners.map((owner, index) => caseOf(owner, sealed[index] ?? only('')));
}

type RawValues = (owner: Owner, key: string) => Promise<string>;

/** Values sealed one by one; each for each owner once, for that is a process. */
function rawValues(program: SealingProgram, certificate: string): RawValues {
  const known = new Map<string, Promise<string>>();
  return async (owner, key) => {
    const { name, namespace, scope } = sealedFor(owner);
    const id = `${scope} ${namespace} ${name} ${key}`;
    const value = known.get(id) ?? printed(program(['--raw', '--cert', certificate, '--scope', scope, '--name', name, '--namespace', namespace], { stdin: values[key] ?? '' }));
    known.set(id, value);
    return await value;
  };
}

function byHand(owner: Owner, encryptedData: Readonly<Record<string, string>>, template: object): KubeObject {
  const { name, namespace, scope } = sealedFor(owner);
  return { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { name, namespace, annotations: annotationOf(scope) }, spec: { encryptedData, template } };
}

async function sealRaw(owner: Owner, raw: RawValues): Promise<KubeObject> {
  const sealed = await Promise.all(Object.keys(values).map(async (key) => [key, await raw(owner, key)] as const));
  return byHand(owner, Object.fromEntries(sealed), owner.template === 'metadata' ? { metadata, ...kind } : {});
}

async function sealMerged(owner: Owner, begin: RawValues, { program, certificate }: SealCasesOptions): Promise<KubeObject> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-merged-'));
  try {
    const file = join(folder, 'sealed.yaml');
    const begun = byHand(owner, { user: await begin(owner, 'user') }, { metadata: { labels: {}, annotations: {} }, ...(owner.template === 'metadata' ? kind : {}) });
    writeFileSync(file, JSON.stringify(begun, undefined, 2));
    const { stringData: _user, ...secret } = plainSecret(sealedFor(owner));
    await printed(program(['--merge-into', file, '--cert', certificate, '--scope', owner.scope, '-o', 'yaml'], { stdin: JSON.stringify(secret) }));
    return only(readFileSync(file, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Has `prelude seal` seal a folder of Secrets. */
export async function sealFolder({ by, program, certificate, namespace }: Omit<SealCasesOptions, 'other'>): Promise<readonly SealedCase[]> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-folder-'));
  try {
    const owners = scopes.flatMap((scope) => templates.map((template): Owner => ({ scope, template, namespace, name: `${by}-folder-${scope}-${template}` })));
    for (const owner of owners) writeFileSync(join(folder, `${owner.name}.yaml`), JSON.stringify(plainSecret(sealedFor(owner), annotationOf(owner.scope))));
    await printed(program(['seal', '--cert', certificate, '--in-place', folder]));
    return readdirSync(folder).map((file) => caseOf(owners.find(({ name }) => `${name}.yaml` === file) ?? expectOwner(file), only(readFileSync(join(folder, file), 'utf8'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function expectOwner(file: string): never {
  throw new Error(`${file} was not there before`);
}

/** The objects of a text. */
export function objects(text: string): readonly KubeObject[] {
  return readManifests(text, 'the output').map(({ value }) => value as KubeObject);
}

function only(text: string): KubeObject {
  const [object, ...others] = objects(text);
  if (object === undefined || others.length > 0) throw new Error(`${others.length} objects too many in:\n${text}`);
  return object;
}
