import type { NewSealingKey } from './new-sealing-key.ts';

/** A command line that kubeseal and ours are both given, in a folder without a kubeconfig. */
export interface BadInput {
  readonly title: string;
  readonly args: readonly string[];
  readonly stdin?: string;
  /** What the file `target.json` holds before each of them. */
  readonly target?: string;
}

/** One that ends differently: exit code and the beginning of what stands in stderr. */
export interface Difference extends BadInput {
  readonly theirs: readonly [code: number, stderr: string];
  readonly ours: readonly [code: number, stderr: string];
}

type Fields = Readonly<Record<string, unknown>>;

function secret(more: { readonly metadata?: Fields; readonly top?: Fields } = {}): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n', ...more.metadata }, data: { x: 'b25l' }, ...more.top });
}

/** Files that the command lines name. */
export function badInputFiles(keys: Readonly<Record<'good' | 'expired' | 'early' | 'other', NewSealingKey>>): Readonly<Record<string, string>> {
  const { good, expired, early, other } = keys;
  return { 'cert.pem': good.certificate.pem, 'key.pem': good.keyPem, 'expired.pem': expired.certificate.pem, 'early.pem': early.certificate.pem, 'other.pem': other.keyPem, 'nothing.txt': 'nothing\n', 'plain.json': secret() };
}

const cert = ['--cert', 'cert.pem'];
const recover = ['--recovery-unseal', '--recovery-private-key', 'key.pem'];

/** What both refuse with the same code and the same words. */
export function sameRefusals(sealed: Sealed): readonly BadInput[] {
  return [
    { title: 'no input', args: cert },
    { title: 'no certificate', args: ['--cert', '/no/such'], stdin: secret() },
    { title: 'an expired certificate', args: ['--cert', 'expired.pem'], stdin: secret() },
    { title: 'another format', args: [...cert, '-o', 'xml'], stdin: secret() },
    { title: 'a value from a file without --raw', args: [...cert, '--from-file', 'x'] },
    { title: 'a bare value without a name', args: [...cert, '--raw', '-n', 'n'] },
    { title: 'two bare values', args: [...cert, '--raw', '--scope', 'cluster-wide', '--from-file', 'a', '--from-file', 'b'] },
    { title: 'a bare value from nowhere', args: [...cert, '--raw', '--scope', 'cluster-wide', '--from-file', '/no/such'] },
    { title: 'another namespace', args: [...cert, '-n', 'other'], stdin: secret() },
    { title: 'no namespace', args: cert, stdin: secret({ metadata: { namespace: undefined } }) },
    { title: 'no name', args: cert, stdin: secret({ metadata: { name: undefined } }) },
    { title: 'no data', args: cert, stdin: secret({ top: { data: undefined } }) },
    { title: 'no file to merge into', args: [...cert, '--merge-into', '/no/such'], stdin: secret() },
    { title: 'nothing to merge', args: [...cert, '--merge-into', 'target.json'], target: sealed.text() },
    { title: 'no file of keys', args: ['--recovery-unseal', '--recovery-private-key', '/no/such'], stdin: sealed.text() },
    { title: 'a key of somebody else', args: ['--recovery-unseal', '--recovery-private-key', 'other.pem'], stdin: sealed.text() },
    { title: 'a recovery in another format', args: [...recover, '-o', 'xml'], stdin: sealed.text() },
    { title: 'another name', args: recover, stdin: sealed.text({ metadata: { name: 'b', namespace: 'n' } }) },
    { title: 'a wider scope', args: recover, stdin: sealed.text({ metadata: { name: 'a', namespace: 'n', annotations: { 'sealedsecrets.bitnami.com/cluster-wide': 'true' } } }) },
  ];
}

/** Where ours says more, does more, or refuses what could not be opened. */
export function differences(sealed: Sealed): readonly Difference[] {
  return [...ofCertificates, ...ofInput(sealed), ...ofMerging(sealed), ...ofRecovery(sealed), ...ofClusters(sealed), ...ofFlags];
}

/** A SealedSecret named a in namespace n with the item x, with other fields in place of its own. */
export class Sealed {
  readonly #item: string;

  constructor(item: string) {
    this.#item = item;
  }

  text({ metadata = { name: 'a', namespace: 'n' }, spec = {} }: { readonly metadata?: Fields; readonly spec?: Fields } = {}): string {
    return JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata, spec: { encryptedData: { x: this.#item }, ...spec } });
  }
}

const ofCertificates: readonly Difference[] = [
  { title: 'a certificate that is none', args: ['--cert', 'nothing.txt'], stdin: secret(), theirs: [1, 'error: data does not contain any valid RSA or ECDSA certificates\n'], ours: [1, 'error: nothing.txt holds no certificate in PEM\n'] },
  { title: 'a certificate that is not valid yet', args: ['--cert', 'early.pem'], stdin: secret(), theirs: [0, ''], ours: [1, 'error: the certificate is not valid before '] },
  { title: 'a server that is none', args: ['--cert', 'http://127.0.0.1:1/x'], stdin: secret(), theirs: [1, 'error: Get "http://127.0.0.1:1/x": dial tcp '], ours: [1, 'error: cannot fetch "http://127.0.0.1:1/x": ECONNREFUSED\n'] },
];

const unread = 'error: no secrets found. Ensure the input is valid and UTF-8 encoded\n';

function ofInput(sealed: Sealed): readonly Difference[] {
  const list = `{"apiVersion":"v1","kind":"List","items":[${secret()}]}`;
  const empty = 'error: secret.data is empty in input Secret, assuming this is an error and aborting. ';
  return [
    { title: 'no file of Secrets', args: [...cert, '-f', '/no/such'], theirs: [1, 'error: Could not read file specified with --secret-file\n'], ours: [1, 'error: Could not read file specified with --secret-file: no such file or directory\n'] },
    { title: 'a bare value without a namespace', args: [...cert, '--raw', '--name', 'a'], theirs: [1, 'error: invalid configuration: no configuration has been provided'], ours: [1, 'error: must provide the --namespace flag with --raw and --scope strict\n'] },
    { title: 'a value that is not base64', args: cert, stdin: secret({ top: { data: { x: '***' } } }), theirs: [1, 'error: illegal base64 data at input byte 0\n'], ours: [1, 'error: the input:1: data.x is not base64; texts go into stringData\n'] },
    { title: 'a value that is a number', args: cert, stdin: secret({ top: { data: { x: 1 } } }), theirs: [1, 'error: json: cannot unmarshal number into Go struct field Secret.data of type []uint8\n'], ours: [1, 'error: the input:1: data.x must be a text; put it into quotes\n'] },
    { title: 'another kind', args: cert, stdin: secret({ top: { kind: 'ConfigMap' } }), theirs: [0, ''], ours: [1, 'error: the input:1: kind is not Secret: only a Secret of v1 can be sealed\n'] },
    { title: 'what is sealed already', args: cert, stdin: sealed.text(), theirs: [1, empty], ours: [1, 'error: the input:1: kind is SealedSecret: this one is sealed already\n'] },
    { title: 'a List', args: cert, stdin: list, theirs: [1, empty], ours: [0, ''] },
    { title: 'broken YAML', args: cert, stdin: 'a: [\n', theirs: [1, unread], ours: [1, 'error: the input:2: wrong indentation, or a bracket or brace is not closed\n'] },
    { title: 'broken JSON', args: cert, stdin: '{"kind":"Secret"', theirs: [1, unread], ours: [1, 'error: the input:1: a quote, bracket, brace, comma, colon or space is missing\n'] },
    { title: 'a text', args: cert, stdin: 'nothing\n', theirs: [1, unread], ours: [1, 'error: the input:1: the document must be a map of fields\n'] },
  ];
}

function ofMerging(sealed: Sealed): readonly Difference[] {
  const into = [...cert, '--merge-into', 'target.json'];
  return [
    { title: 'merging into a Secret', args: into, stdin: secret(), target: secret(), theirs: [1, 'error: converting (v1.Secret) to (v1alpha1.SealedSecret): unknown conversion\n'], ours: [1, 'error: target.json holds no SealedSecret to merge into\n'] },
    { title: 'merging labels into a file that has none', args: into, stdin: secret({ metadata: { labels: { a: 'b' } } }), target: sealed.text(), theirs: [2, 'panic: assignment to entry in nil map\n'], ours: [0, ''] },
    { title: 'merging another scope', args: [...into, '--scope', 'cluster-wide'], stdin: secret(), target: sealed.text(), theirs: [2, 'panic: assignment to entry in nil map\n'], ours: [1, 'error: target.json:1: the SealedSecret has the scope strict, and --scope says cluster-wide: '] },
  ];
}

function ofRecovery(sealed: Sealed): readonly Difference[] {
  const closed = 'error: no key could decrypt secret (x)\n';
  const old = 'error: the input:1: spec.data is the deprecated form with all values in one: seal the Secret anew\n';
  return [
    { title: 'no key', args: ['--recovery-unseal'], stdin: sealed.text(), theirs: [1, closed], ours: [1, 'error: there is no private key to open with: name a file with --recovery-private-key or --keys\n'] },
    { title: 'a key that is none', args: ['--recovery-unseal', '--recovery-private-key', 'nothing.txt'], stdin: sealed.text(), theirs: [1, closed], ours: [1, 'error: nothing.txt:1: the document must be a map of fields\n'] },
    { title: 'a certificate for a key', args: ['--recovery-unseal', '--recovery-private-key', 'cert.pem'], stdin: sealed.text(), theirs: [1, closed], ours: [1, 'error: cert.pem holds no private key\n'] },
    { title: 'a Secret that holds no key', args: ['--recovery-unseal', '--recovery-private-key', 'plain.json'], stdin: sealed.text(), theirs: [1, "error: secret must contain a 'tls.data' key\n"], ours: [1, "error: plain.json:1: the document must contain a 'tls.key' key in its data"] },
    { title: 'an item that is not base64', args: recover, stdin: sealed.text({ spec: { encryptedData: { x: '***' } } }), theirs: [1, 'error: illegal base64 data at input byte 0 (x)\n'], ours: [1, 'error: not a sealed value (x)\n'] },
    { title: 'an item that is too short', args: recover, stdin: sealed.text({ spec: { encryptedData: { x: 'AA==' } } }), theirs: [1, closed], ours: [1, 'error: not a sealed value (x)\n'] },
    { title: 'a template that cannot be read', args: recover, stdin: sealed.text({ spec: { template: { data: { t: '{{ .a-b }}' } } } }), theirs: [1, "error: template: t:1: bad character U+002D '-' (t)\n"], ours: [1, "error: template: t:1: bad character U+002D '-'\n"] },
    // theirs prints the value
    { title: 'a template that fails with a value', args: recover, stdin: sealed.text({ spec: { template: { data: { t: '{{ fail .x }}' } } } }), theirs: [1, 'error: template: t:1:3: executing "t" at <fail .x>: error calling fail: one (t)\n'], ours: [1, 'error: template: t:1:3: executing "t" at <fail .x>: error calling fail: fail was called\n'] },
    { title: 'nothing to recover', args: recover, theirs: [0, ''], ours: [1, 'error: the input holds no SealedSecret\n'] },
    { title: 'the recovery of a Secret', args: recover, stdin: secret(), theirs: [1, 'error: converting (v1.Secret) to (v1alpha1.SealedSecret): unknown conversion\n'], ours: [1, 'error: the input:1: kind is not SealedSecret of bitnami.com\n'] },
    { title: 'the deprecated form', args: recover, stdin: sealed.text({ spec: { encryptedData: undefined, data: 'AA==' } }), theirs: [1, "error: using deprecated 'data' field, use 'encryptedData' or flip the feature flag\n"], ours: [1, old] },
    { title: 'the recovery of two', args: recover, stdin: `${sealed.text()}\n---\n${sealed.text()}`, theirs: [1, "error: couldn't get version/kind; json parse error: "], ours: [0, ''] },
  ];
}

function ofClusters(sealed: Sealed): readonly Difference[] {
  const [theirs, ours] = ['error: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable\n', 'error: no cluster is configured: set KUBECONFIG or --kubeconfig, or run in a cluster\n'];
  return ['--validate', '--re-encrypt', '--fetch-cert'].map((mode) => ({ title: `${mode} without a cluster`, args: [mode], stdin: sealed.text(), theirs: [1, theirs], ours: [1, ours] }));
}

/** Theirs prints its help and no reason. */
const ofFlags: readonly Difference[] = [
  { title: 'an unknown flag', args: [...cert, '--nosuch'], theirs: [2, 'Usage of '], ours: [2, 'unknown flag: --nosuch\nUsage of kubeseal:\n'] },
  { title: 'an unknown scope', args: [...cert, '--scope', 'wide'], theirs: [2, 'Usage of '], ours: [2, 'invalid argument "wide" for "--scope" flag: must be one of: strict, namespace-wide, cluster-wide\nUsage of kubeseal:\n'] },
];
