import { execFile, execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseYaml } from '../../../src/lib/yaml.ts';
import type { OracleData, TemplateCase } from './corpus.ts';

const oracleModule = fileURLToPath(new URL('../../parts/template-oracle', import.meta.url));
const externalSecrets = 'github.com/external-secrets/external-secrets';

/** The snippets that both refuse whatever the data, and why; all others are rendered with some data. */
export const refusedSnippets: ReadonlyMap<string, string> = new Map([
  ['{{ .mysecret | pkcs12cert | pemCertificate }}', 'a function of engine v1'],
  ['{{ .mysecret | pkcs12key | pemPrivateKey }}', 'a function of engine v1'],
  [
    '{{ getSecretKey "my_secret_with_pk" "namespace_pk" "key_pk" | rsaDecrypt "RSA-OAEP" "SHA1" .password_encrypted_binary }}',
    'a function that reads Secrets of the cluster',
  ],
]);

/** Templates of External Secrets' own documentation, with data made for the keys that they mention; each also with nothing to find. */
export async function readSnippets(): Promise<readonly TemplateCase[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', externalSecrets], { cwd: oracleModule });
  // go help mod download
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  const folder = join(Dir, 'docs/snippets');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(names.map(async (name) => templatesOf(await readFile(join(folder, name), 'utf8'))));
  const keys = await readKeys(join(Dir, 'pkg/template/v2/_testdata'));
  return [...new Set(texts.flat())].map(standStill).flatMap((text) => casesOf(text, keys));
}

interface Keys {
  /** A private key and a chain of certificates. */
  readonly pem: OracleData;
  readonly pkcs12: OracleData;
  readonly pkcs12Base64: OracleData;
  /** Behind the password `my-password`. */
  readonly lockedPkcs12: OracleData;
}

async function readKeys(folder: string): Promise<Keys> {
  const [key, chain, pkcs12] = await Promise.all(['foo.key', 'chain.pem', 'foo-nopass.pfx'].map((name) => readFile(join(folder, name))));
  const encoded = pkcs12?.toString('base64') ?? '';
  const pem = `${key?.toString() ?? ''}${chain?.toString() ?? ''}`;
  const locked = execFileSync('openssl', ['pkcs12', '-export', '-passout', 'pass:my-password'], { input: pem });
  return { pem, pkcs12: { $bytes: encoded }, pkcs12Base64: encoded, lockedPkcs12: { $bytes: locked.toString('base64') } };
}

/** Every string that holds an action. Not all of the snippets are YAML: where not, the values are taken line by line. */
function templatesOf(file: string): readonly string[] {
  // the documentation is a template itself, of another language
  const text = file.replaceAll(/\{%.*?%\}/g, '');
  const documents = text.split(/^---$/m);
  return documents.flatMap((document) => {
    try {
      return parseYaml(document).flatMap(({ value }) => strings(value));
    } catch {
      return document.split('\n').flatMap((line) => /^[^#"']*:\s*(["'])(.*\{\{.*)\1\s*(#.*)?$/.exec(line)?.[2] ?? []);
    }
  });
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('{{') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** Time stands still. */
function standStill(text: string): string {
  return text.replaceAll(/(?<![.\w$])now\b/g, '(toDate "2006-01-02" "2024-02-29")');
}

function casesOf(text: string, keys: Keys): readonly TemplateCase[] {
  const about = 'snippet';
  const data = text.includes('htpasswd') ? { $strings: { ada: 'päss word', grace: '', 'no:name': 'x' } } : dataFor(text, keys);
  return [
    { about, text, data },
    { about, text, data, missingKey: 'error' },
    { about, text, data: { $strings: {} } },
    { about, text, data: { other: 'x' }, missingKey: 'error' },
  ];
}

/** A value by the name of its key, and by what the template does with it. */
function valueFor(name: string, text: string, keys: Keys): OracleData {
  if (text.includes('my-password')) return keys.lockedPkcs12;
  if (text.includes('jwkPrivateKeyPem')) return privateJwk;
  if (text.includes('pkcs12')) return text.includes('b64dec') ? keys.pkcs12Base64 : keys.pkcs12;
  if (text.includes('PEM')) return keys.pem;
  return known[name] ?? `value of ${name}`;
}

// RFC 7517, appendices A.1 and A.2
const publicJwk = '{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}';
const privateJwk = publicJwk.replace('}', ',"d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}');

const known: Readonly<Record<string, string>> = {
  name: '{"first": "Ada", "middle": "King", "last": "Lovelace"}',
  dburl: 'postgres://user:pässword@db:5432/x',
  uri: 'oci://registry.example.com/charts',
  proxy_endpoint: 'https://123.dkr.ecr.example.com',
  myjwk: publicJwk,
  password: 'cGFzc3dvcmQ=',
};

/** A map of strings, as ExternalSecrets' templates get; nested where the template looks into a field. */
function dataFor(text: string, keys: Keys): OracleData {
  const paths = [...text.matchAll(/(?<![\w)$.])\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/g)].map((match) => (match[1] ?? '').split('.'));
  const quoted = [...text.matchAll(/index \. "([^"]+)/g)].map((match) => [match[1] ?? '']);
  const flat = [...paths, ...quoted].filter((path) => path.length === 1).map(([name = '']) => [name, valueFor(name, text, keys)] as const);
  const nested = paths.filter((path) => path.length === 2).map(([outer = '']) => [outer, fieldsOf(outer, paths)] as const);
  return nested.length === 0 ? { $strings: Object.fromEntries(flat) } : Object.fromEntries([...flat, ...nested]);
}

function fieldsOf(outer: string, paths: readonly (readonly string[])[]): OracleData {
  return Object.fromEntries(paths.filter(([first]) => first === outer).map(([, inner = '']) => [inner, `value of ${inner}`]));
}
