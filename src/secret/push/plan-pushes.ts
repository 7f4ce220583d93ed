import type { KeyRewrite } from '../../api/key-rewrite.ts';
import type { PushedEntry } from '../../api/pushed-entry.ts';
import type { PushRule } from '../../api/push-secret-spec.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { quoteKey } from '../quote-key.ts';
import { rewriteKeys } from '../rewrite-keys.ts';
import type { RenderTexts } from '../template/render-texts.ts';
import { reverseKey, reverseKeys } from './reverse-keys.ts';
import { secretJson } from './secret-json.ts';

/** A rule of `dataTo` and its place there, for messages. */
export interface NumberedRule {
  readonly index: number;
  readonly rule: PushRule;
}

/** What is to be pushed to one store. */
export interface PushRequest {
  /** Entries that are written down; they win over those that rules make of the same key. */
  readonly data: readonly PushedEntry[];
  /** The rules that are for the store. */
  readonly rules: readonly NumberedRule[];
  /** The Secret, after its template. */
  readonly source: ReadonlyMap<string, SecretBytes>;
}

/** An entry and what is pushed for it. */
export interface PlannedPush {
  readonly entry: PushedEntry;
  readonly value: SecretBytes;
  /** The Secret as the entry sees it: under converted keys, and of a rule with a remote key those that it matches. */
  readonly data: ReadonlyMap<string, SecretBytes>;
}

/** All entries with their values in a fixed order, or why there are none. No value stands in the message. */
export type PlannedPushes = { readonly ok: true; readonly pushes: readonly PlannedPush[] } | Refused;

interface Refused {
  readonly ok: false;
  readonly message: string;
}

/** Makes entries of the rules and finds their values and those of the entries that are written down. */
export async function planPushes({ data, rules, source }: PushRequest, render: RenderTexts): Promise<PlannedPushes> {
  const made = await expandRules(rules, source, render);
  if (!made.ok) return made;
  const explicit = new Set(data.map((entry) => sourceKeyOf(entry, source)));
  const pushes: PlannedPush[] = made.pushes.filter(({ entry }) => !explicit.has(entry.match.secretKey ?? ''));
  for (const entry of data) {
    const found = valueOf(entry, source);
    if (!found.ok) return found;
    pushes.push(found.push);
  }
  const twice = duplicate(pushes);
  return twice === undefined ? { ok: true, pushes } : { ok: false, message: twice };
}

/** The key that the Secret itself has for what an entry names after the conversion; empty for the whole Secret. */
function sourceKeyOf({ match: { secretKey = '' }, conversionStrategy = 'None' }: PushedEntry, source: ReadonlyMap<string, SecretBytes>): string {
  return [...source.keys()].find((key) => reverseKey(conversionStrategy, key) === secretKey) ?? secretKey;
}

function valueOf(entry: PushedEntry, source: ReadonlyMap<string, SecretBytes>): { readonly ok: true; readonly push: PlannedPush } | Refused {
  const reversed = reverseKeys(entry.conversionStrategy ?? 'None', source);
  if (!reversed.ok) return reversed;
  const { data } = reversed;
  const { secretKey } = entry.match;
  const value = secretKey === undefined ? secretJson(data) : data.get(secretKey);
  return value === undefined ? { ok: false, message: `secret key ${quoteKey(secretKey ?? '')} does not exist` } : { ok: true, push: { entry, value, data } };
}

/** Two that go to the same place would overwrite each other for ever. */
function duplicate(pushes: readonly PlannedPush[]): string | undefined {
  const seen = new Map<string, string>();
  for (const { entry } of pushes) {
    const { remoteKey, property } = entry.match.remoteRef;
    const place = JSON.stringify([remoteKey, property]);
    const other = seen.get(place);
    const key = keyName(entry);
    if (other !== undefined) {
      const where = property === undefined ? quoteKey(remoteKey) : `${quoteKey(remoteKey)} with property ${quoteKey(property)}`;
      return `duplicate remote key ${where}: ${other} and ${key} both map to the same destination`;
    }
    seen.set(place, key);
  }
  return undefined;
}

function keyName({ match: { secretKey } }: PushedEntry): string {
  return secretKey === undefined ? 'the whole Secret' : `source key ${quoteKey(secretKey)}`;
}

async function expandRules(rules: readonly NumberedRule[], source: ReadonlyMap<string, SecretBytes>, render: RenderTexts): Promise<PlannedPushes> {
  const pushes: PlannedPush[] = [];
  const makers = new Map<string, string>();
  for (const { index, rule } of rules) {
    const expanded = await expandRule(rule, source, render);
    if (!expanded.ok) return { ok: false, message: `dataTo[${index}]: ${expanded.message}` };
    for (const push of expanded.pushes) {
      const { remoteKey } = push.entry.match.remoteRef;
      const maker = `dataTo[${index}] from ${keyName(push.entry)}`;
      const other = makers.get(remoteKey);
      if (other !== undefined) return { ok: false, message: `duplicate remote key ${quoteKey(remoteKey)}: ${other} and ${maker} both map to the same destination` };
      makers.set(remoteKey, maker);
      pushes.push(push);
    }
  }
  return { ok: true, pushes };
}

async function expandRule(rule: PushRule, source: ReadonlyMap<string, SecretBytes>, render: RenderTexts): Promise<PlannedPushes> {
  const { remoteKey, match, conversionStrategy, rewrite, metadata } = rule;
  const reversed = reverseKeys(conversionStrategy, source);
  if (!reversed.ok) return reversed;
  const names = await matchingKeys([...reversed.data.keys()], match, render);
  if (!names.ok) return names;
  const matched = new Map([...reversed.data].filter(([key]) => names.keys.has(key)).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  if (matched.size === 0) return { ok: true, pushes: [] };
  const entryFor = (remote: string, secretKey?: string): PushedEntry => ({
    match: { ...(secretKey === undefined ? {} : { secretKey }), remoteRef: { remoteKey: remote } },
    ...(metadata === undefined ? {} : { metadata }),
    // the keys are converted already
    conversionStrategy: 'None',
  });
  if (remoteKey !== undefined) return { ok: true, pushes: [{ entry: entryFor(remoteKey), value: secretJson(matched), data: matched }] };

  const remoteKeys = await remoteKeysOf([...matched.keys()], rewrite, render);
  if (!remoteKeys.ok) return remoteKeys;
  const originals = new Map([...source.keys()].map((key) => [reverseKey(conversionStrategy, key), key]));
  const pushes = [...matched].map(([key, value]): PlannedPush => ({ entry: entryFor(remoteKeys.of(key), originals.get(key) ?? key), value, data: source }));
  return { ok: true, pushes };
}

/** A pattern is as hostile as a template, and costs time and memory where these may cost some. */
const isMatch = SecretBytes.fromUtf8('{{ mustRegexMatch .source .value }}');

async function matchingKeys(keys: readonly string[], source: string | undefined, render: RenderTexts): Promise<{ readonly ok: true; readonly keys: ReadonlySet<string> } | Refused> {
  if (source === undefined) return { ok: true, keys: new Set(keys) };
  const pattern = SecretBytes.fromUtf8(source);
  const results = await render(keys.map((key) => ({ name: 'match', template: isMatch, data: new Map([['source', pattern], ['value', SecretBytes.fromUtf8(key)]]) })));
  const matching = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const result = results[index];
    if (result === undefined || (result.ok && result.kind !== 'text')) throw new Error('the renderer answered otherwise than it was asked');
    if (!result.ok) return { ok: false, message: `match.regexp: ${result.problem.message}` };
    if (Buffer.from(result.output.reveal()).toString('latin1') === 'true') matching.add(key);
  }
  return { ok: true, keys: matching };
}

async function remoteKeysOf(keys: readonly string[], steps: readonly KeyRewrite[], render: RenderTexts): Promise<{ readonly ok: true; readonly of: (key: string) => string } | Refused> {
  // the key itself travels as the value, and so tells what has become of it
  const [rewritten] = await rewriteKeys([{ steps, extracted: new Map(keys.map((key) => [key, { value: SecretBytes.fromUtf8(key), origin: { kind: 'template' } }])) }], render);
  if (rewritten === undefined) throw new Error('the keys were rewritten to nothing');
  if (!rewritten.ok) return { ok: false, message: rewritten.problem.message };
  const remoteKeys = new Map([...rewritten.value].map(([remote, { value }]) => [Buffer.from(value.reveal()).toString('utf8'), remote]));
  const empty = keys.find((key) => (remoteKeys.get(key) ?? '') === '');
  if (empty !== undefined) return { ok: false, message: `rewrite leaves nothing of the key ${quoteKey(empty)}` };
  return { ok: true, of: (key) => remoteKeys.get(key) ?? key };
}
