import { decodeCiphertext } from './ciphertext.ts';
import { FieldReader } from './field-reader.ts';
import type { KeyRing } from './key-ring.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { isPlainSecret } from './plain-secret.ts';
import { labelOf, type Scope, scopeOf, scopes } from './scope.ts';
import { SealError } from './seal-error.ts';
import { isSealedManifest, type OpenedItem, openItems, readSealedManifest, type SealedManifest } from './sealed-manifest.ts';
import type { OpeningKey, SealingCertificate } from './sealing-key.ts';

export type CheckReason = 'plaintext' | 'malformed' | 'unreadable' | 'owner' | 'scope' | 'unknown-key' | 'stale-key';

export interface CheckProblem {
  readonly severity: 'error' | 'warning';
  readonly reason: CheckReason;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** Which key sealed an item. */
export interface CheckedItem {
  readonly file: string;
  readonly line: number;
  /** Of the SealedSecret, and of the item in it. */
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  /** Fingerprint of the key; absent where no private key tells. */
  readonly sealedWith?: string;
  /** Of the modulus: all that a ciphertext alone says of its key. */
  readonly bits: number;
}

export interface CheckMeans {
  /** Those that may have sealed; absent: all that is known of keys is what `ring` says. */
  readonly certificates?: readonly SealingCertificate[];
  /** Opens; absent: nothing is opened. */
  readonly ring?: KeyRing<OpeningKey>;
}

export interface CheckResult {
  readonly problems: readonly CheckProblem[];
  readonly items: readonly CheckedItem[];
}

/**
 * Checks a text as it would be committed: that it holds no Secret in plain text, and that its SealedSecrets are whole, meant for the name,
 * namespace and scope that they have, and sealed with keys that are known. What cannot be known without a private key is not guessed.
 */
export async function checkText(text: Uint8Array | string, where: string, means: CheckMeans): Promise<CheckResult> {
  let manifests: readonly Manifest[];
  try {
    manifests = readManifests(text, where);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { problems: unreadable(text, where, error), items: [] };
  }
  const results = await Promise.all(manifests.map(async (manifest): Promise<CheckResult> => (isSealedManifest(manifest) ? await checkSealed(manifest, means) : { problems: checkPlain(manifest), items: [] })));
  return { problems: results.flatMap(({ problems }) => problems), items: results.flatMap(({ items }) => items) };
}

/** A chart's template is no YAML, and may well hold none of either kind. */
function unreadable(text: Uint8Array | string, where: string, error: SealError): readonly CheckProblem[] {
  const content = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
  if (!/kind["']?:\s*["']?(Sealed)?Secret\b/.test(content)) return [];
  return [problemOf(error, where, 'unreadable', /\{\{/.test(content) ? 'warning' : 'error')];
}

/** An error says `file:line: ` before it says what. */
function problemOf(error: SealError, where: string, reason: CheckReason, severity: CheckProblem['severity'] = 'error'): CheckProblem {
  const [, line = '1', message = error.message] = /^(\d+): ([^]*)$/.exec(error.message.startsWith(`${where}:`) ? error.message.slice(where.length + 1) : error.message) ?? [];
  return { severity, reason, file: where, line: Number(line), message };
}

function checkPlain(manifest: Manifest): readonly CheckProblem[] {
  if (!isPlainSecret(manifest)) return [];
  const secret = FieldReader.of(manifest.value, () => manifest.where);
  // what SOPS has encrypted keeps its kind
  if (secret.any('sops') !== undefined) return [];
  const field = ['data', 'stringData'].find((name) => {
    const value = secret.any(name);
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  });
  return field === undefined ? [] : [at(manifest, [field], 'plaintext', 'this Secret is in plain text: seal it (prelude seal --in-place), and take its values for known if it was ever committed')];
}

async function checkSealed(manifest: Manifest, means: CheckMeans): Promise<CheckResult> {
  try {
    const sealed = readSealedManifest(manifest);
    const items = means.ring === undefined ? [] : await openItems(sealed, means.ring);
    const found = await Promise.all([...sealed.items.keys()].map((key) => checkItem(sealed, key, items.find((item) => item.key === key), means)));
    return { problems: [...checkOwner(sealed), ...found.flatMap(({ problems }) => problems)], items: found.flatMap(({ items: one }) => one) };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { problems: [problemOf(error, manifest.where, 'malformed')], items: [] };
  }
}

/** kubeseal writes whom it sealed for into the template too: where the two say different things, one was edited afterwards. */
function checkOwner({ manifest, scope, name, namespace, template }: SealedManifest): readonly CheckProblem[] {
  const metadata = FieldReader.of(manifest.value, () => manifest.where).within('spec')?.within('template')?.within('metadata');
  const own = { name: metadata?.text('name') ?? name, namespace: metadata?.text('namespace') ?? namespace };
  const problems: CheckProblem[] = [];
  if (scope === 'strict' && own.name !== name) problems.push(at(manifest, ['metadata', 'name'], 'owner', `the values were sealed for the name ${own.name}, as spec.template says, and open under no other`));
  if (scope !== 'cluster-wide' && own.namespace !== namespace && namespace !== '') problems.push(at(manifest, ['metadata', 'namespace'], 'owner', `the values were sealed for the namespace ${own.namespace}, as spec.template says, and open in no other`));
  const sealedFor = scopeOf(Object.fromEntries(template.annotations));
  if (metadata !== undefined && sealedFor !== scope && (sealedFor !== 'strict' || scope === 'cluster-wide')) problems.push(at(manifest, ['metadata', 'annotations'], 'scope', `the scope is ${scope}, and was ${sealedFor} when the values were sealed, as spec.template says`, 'warning'));
  return problems;
}

async function checkItem(sealed: SealedManifest, key: string, opened: OpenedItem | undefined, { certificates, ring }: CheckMeans): Promise<CheckResult> {
  const { manifest, name, namespace, items, sealedWith } = sealed;
  const path = ['spec', 'encryptedData', key];
  const ciphertext = decodeCiphertext(items.get(key) ?? '');
  if (ciphertext === undefined) return { problems: [at(manifest, path, 'malformed', `${key} is no sealed value: it is not base64, or cut off`)], items: [] };
  const fingerprint = opened?.kind === 'opened' ? opened.opened.fingerprint : undefined;
  const bits = ciphertext.wrappedKey.length * 8;
  const item: CheckedItem = { file: manifest.where, line: manifest.lineOf(path), namespace, name, key, bits, ...(fingerprint === undefined ? {} : { sealedWith: fingerprint }) };
  const problems: CheckProblem[] = [];
  if (opened?.kind === 'closed' && ring !== undefined) problems.push(at(manifest, path, 'unknown-key', await whyClosed(sealed, key, ring)));
  if (certificates !== undefined) {
    const known = certificates.some((one) => one.modulusBytes === ciphertext.wrappedKey.length && (sealedWith === undefined || one.fingerprint === sealedWith));
    if (!known) problems.push(at(manifest, path, 'unknown-key', `${key} was sealed with a key that belongs to none of the certificates: ${sealedWith === undefined ? `it has ${bits} bits` : sealedWith}`));
    if (fingerprint !== undefined && !certificates.some((one) => one.fingerprint === fingerprint)) problems.push(at(manifest, path, 'stale-key', `${key} was sealed with ${fingerprint}, an older key: prelude reseal`, 'warning'));
  }
  return { problems, items: [item] };
}

/** A value that opens for another scope was sealed right, and its object says something else. */
async function whyClosed(sealed: SealedManifest, key: string, ring: KeyRing<OpeningKey>): Promise<string> {
  const ciphertext = decodeCiphertext(sealed.items.get(key) ?? '');
  const others: readonly Scope[] = scopes.filter((scope) => scope !== sealed.scope);
  for (const scope of others) {
    if (ciphertext !== undefined && (await ring.open(ciphertext, labelOf({ ...sealed, scope }))) !== undefined) return `${key} was sealed for the scope ${scope}, and the SealedSecret says ${sealed.scope}`;
  }
  return `none of the keys opens ${key} for ${sealed.namespace}/${sealed.name} (${sealed.scope}): another key, name or namespace sealed it`;
}

function at(manifest: Manifest, path: readonly string[], reason: CheckReason, message: string, severity: CheckProblem['severity'] = 'error'): CheckProblem {
  return { severity, reason, file: manifest.where, line: manifest.lineOf(path), message };
}
