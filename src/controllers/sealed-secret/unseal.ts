import { parseSealedBlob, sealedSecretAnnotations, type SealedSecret, type SealedSecretSpec } from '../../api/sealed-secret.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { decodeCiphertext } from '../../seal/ciphertext.ts';
import type { KeyRing } from '../../seal/key-ring.ts';
import { labelOf, scopeOf } from '../../seal/scope.ts';
import { sizeProblem } from '../../secret/secret-size.ts';
import { renderTexts } from '../../secret/template/render-texts.ts';
import type { RenderJob, TemplateRenderer } from '../../template/renderer.ts';

/** What a SealedSecret becomes. */
export interface UnsealedContent {
  readonly data: ReadonlyMap<string, SecretBytes>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  readonly type?: string;
  readonly immutable: boolean;
  /** Whether it is to have the SealedSecret as its owner. */
  readonly isOwned: boolean;
}

export type Unsealed =
  | { readonly ok: true; readonly content: UnsealedContent; /** Fingerprints of the keys, sorted. */ readonly keys: readonly string[] }
  /** `isBusy`: it may go better another time, with nothing changed. */
  | { readonly ok: false; readonly message: string; readonly isBusy?: true };

export interface UnsealOptions {
  readonly renderer: TemplateRenderer;
  readonly acceptDeprecated: boolean;
}

/** Items of one object that are opened at once: the others' turn comes in between, however many it has. */
const atOnce = 4;

/**
 * Opens every value and renders the templates: all of it, or why not. One value that does not open is enough for nothing to be made.
 * @throws the signal's reason
 */
export async function unseal({ metadata, spec }: SealedSecret, ring: KeyRing, options: UnsealOptions, signal: AbortSignal): Promise<Unsealed> {
  const label = labelOf({ scope: scopeOf(metadata.annotations), namespace: metadata.namespace ?? '', name: metadata.name });
  const sealed = spec.data === undefined ? spec.encryptedData : { data: spec.data };
  if (spec.data !== undefined && !options.acceptDeprecated) return { ok: false, message: "using deprecated 'data' field, use 'encryptedData' or flip the feature flag" };
  const opened = await openAll(sealed, label, ring, signal);
  if (opened.failed.length > 0) return { ok: false, message: spec.data === undefined ? `${noKey} (${opened.failed.join(', ')})` : noKey };
  const content = spec.data === undefined ? await compose(spec, opened.values, { tenant: metadata.namespace ?? '', ...options }, signal) : fromBlob(opened.values);
  if ('message' in content) return { ok: false, ...content };
  const problem = sizeProblem(content.data);
  return problem === undefined ? { ok: true, content, keys: opened.keys } : { ok: false, message: problem };
}

/** Upstream's words, which people search for. */
const noKey = 'no key could decrypt secret';

interface OpenedValues {
  readonly values: ReadonlyMap<string, SecretBytes>;
  readonly keys: readonly string[];
  /** Names of those that do not open, sorted: for whatever reason. */
  readonly failed: readonly string[];
}

/**
 * Opens values under one label, all of them: how long it takes does not tell which of them failed. Whoever seals a Secret seals all of it
 * with one key as a rule, so one value is opened by itself, and the key that opened it is tried first on the others.
 */
export async function openAll(sealed: Readonly<Record<string, string>>, label: Uint8Array, ring: Pick<KeyRing, 'open'>, signal: AbortSignal): Promise<OpenedValues> {
  const names = Object.keys(sealed);
  const values = new Map<string, SecretBytes>();
  const keys = new Set<string>();
  const failed: string[] = [];
  let likely: string | undefined;
  const openOne = async (name: string): Promise<void> => {
    signal.throwIfAborted();
    const ciphertext = decodeCiphertext(sealed[name] ?? '');
    const opened = ciphertext === undefined ? undefined : await ring.open(ciphertext, label, likely);
    if (opened === undefined) {
      failed.push(name);
      return;
    }
    values.set(name, opened.value);
    keys.add(opened.fingerprint);
    likely = opened.fingerprint;
  };
  const queue = names.values();
  for (const first of queue.take(1)) await openOne(first);
  const work = async (): Promise<void> => {
    for (const name of queue) await openOne(name);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length - 1) }, work));
  return { values, keys: [...keys].toSorted(), failed: failed.toSorted() };
}

interface Composing {
  readonly tenant: string;
  readonly renderer: TemplateRenderer;
}

type Refused = Omit<Extract<Unsealed, { readonly ok: false }>, 'ok'>;

/**
 * Templates see the opened values and, where no value has the name, one another's texts. A value is never replaced by what a template
 * of its name renders. (Source: Sealed Secrets since 0.37.)
 */
async function compose({ template }: SealedSecretSpec, values: ReadonlyMap<string, SecretBytes>, { tenant, renderer }: Composing, signal: AbortSignal): Promise<UnsealedContent | Refused> {
  const texts = Object.entries(template.data).map(([name, text]) => [name, SecretBytes.fromUtf8(text)] as const);
  const data = new Map([...texts, ...values]);
  const jobs = texts.map(([name, text]): RenderJob => ({ name, template: text, data, shape: 'lenient' }));
  const results = jobs.length === 0 ? [] : await renderTexts(renderer, tenant, signal)(jobs);
  const made = new Map(values);
  const problems: string[] = [];
  let isBusy = false;
  for (const [index, { name }] of jobs.entries()) {
    const result = results[index];
    if (result?.ok === true && result.kind === 'text') {
      if (!values.has(name)) made.set(name, result.output);
    } else if (result?.ok === false) {
      problems.push(`${result.problem.message} (${name})`);
      isBusy ||= result.problem.kind === 'limit';
    }
  }
  if (problems.length > 0) return { message: problems.join('\n'), ...(isBusy ? { isBusy } : {}) };
  return { ...describe(template), data: made };
}

function describe({ labels, annotations, finalizers, type, immutable }: Omit<SealedSecretSpec['template'], 'data'>): Omit<UnsealedContent, 'data'> {
  return { labels, annotations, finalizers, ...(type === undefined ? {} : { type }), immutable: immutable === true, isOwned: annotations[sealedSecretAnnotations.skipOwner] !== 'true' };
}

function fromBlob(values: ReadonlyMap<string, SecretBytes>): UnsealedContent | Refused {
  const blob = parseSealedBlob(Buffer.from(values.get('data')?.reveal() ?? []).toString('utf8'));
  if (blob === undefined) return { message: 'the deprecated data does not hold a Secret that can be made; seal it anew' };
  const { data, ...rest } = blob;
  return { ...describe(rest), data: new Map(Object.entries(data).map(([name, text]) => [name, new SecretBytes(Buffer.from(text, 'base64'))])) };
}
