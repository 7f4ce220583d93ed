import { z } from 'zod';
import { formatErrors, parse } from '../../api/schema.ts';
import { formatTime } from '../../template/time/format-time.ts';
import { Moment } from '../../template/time/moment.ts';
import { readTime } from '../../template/time/parse-time.ts';
import { defaultRule, type SelectionRule } from './selection.ts';
import { SopsError } from './sops-error.ts';
import type { SopsMap, SopsNode } from './sops-tree.ts';

/** One key that a file's data key, or a part of it, is encrypted with. */
export type SopsKey =
  | { readonly type: 'age'; readonly recipient: string; readonly enc: string }
  | { readonly type: 'pgp'; readonly fingerprint: string; readonly enc: string }
  | { readonly type: 'kms'; readonly arn: string; readonly role: string; readonly context: Readonly<Record<string, string>>; readonly enc: string }
  | { readonly type: 'gcp_kms'; readonly resource: string; readonly enc: string }
  | { readonly type: 'azure_kv'; readonly vaultUrl: string; readonly name: string; readonly version: string; readonly enc: string }
  | { readonly type: 'hc_vault'; readonly address: string; readonly enginePath: string; readonly keyName: string; readonly enc: string }
  /** Huawei's, which nothing here can ask. */
  | { readonly type: 'hckms' };

/** What a file says of itself. None of it is trusted before the MAC has been verified, and addresses not even then. */
export interface SopsMetadata {
  /** Any key of a group gives its part; where there is one group, the part is the whole data key. */
  readonly groups: readonly (readonly SopsKey[])[];
  /** How many parts make the data key. */
  readonly threshold: number;
  readonly rule: SelectionRule;
  readonly macOnlyEncrypted: boolean;
  /** Encrypted, and bound to `lastModified`. */
  readonly mac: string;
  /** As Go prints it: what the MAC is bound to. */
  readonly lastModified: string;
}

const mostKeys = 200;
const mostGroups = 64;
/** A post-quantum age file of one recipient has 3 kB, a message to an RSA key of 4096 bits 1 kB. */
const longestKey = 32_768;

const text = z.string({ error: 'must be text' }).max(2048, 'is too long');
const enc = z.string({ error: 'must be text' }).min(1, 'must not be empty').max(longestKey, 'is too long');
const pattern = z.string().max(1024, 'is too long').optional();

function listOf<T extends z.ZodType>(entry: T): z.ZodDefault<z.ZodArray<T>> {
  return z.array(entry).max(mostKeys, `must have at most ${mostKeys} entries`).default([]);
}

const group = z.object({
  kms: listOf(z.object({ arn: text, role: text.default(''), context: z.record(text, text).default({}), enc })),
  gcp_kms: listOf(z.object({ resource_id: text, enc })),
  hckms: listOf(z.object({})),
  azure_kv: listOf(z.object({ vault_url: text, name: text, version: text.default(''), enc })),
  hc_vault: listOf(z.object({ vault_address: text, engine_path: text, key_name: text, enc })),
  pgp: listOf(z.object({ fp: text, enc })),
  age: listOf(z.object({ recipient: text, enc })),
});

const metadata = group.extend({
  shamir_threshold: z.string().regex(/^\d{1,3}$/, 'must be a number').transform(Number).default(0),
  key_groups: z.array(group).max(mostGroups, `must have at most ${mostGroups} entries`).default([]),
  lastmodified: text,
  mac: z.string({ error: 'is required: a file without it may have been changed by anyone' }).min(1, 'must not be empty: a file without it may have been changed by anyone').max(1024, 'is too long'),
  unencrypted_suffix: pattern,
  encrypted_suffix: pattern,
  unencrypted_regex: pattern,
  encrypted_regex: pattern,
  unencrypted_comment_regex: pattern,
  encrypted_comment_regex: pattern,
  mac_only_encrypted: z
    .string()
    .refine((word) => /^(true|True|TRUE|1|false|False|FALSE|0|)$/.test(word), 'must be true or false')
    .transform((word) => /^(true|1)$/i.test(word))
    .default(false),
});

type Metadata = z.infer<typeof metadata>;

/**
 * Reads the metadata of a file, within bounds.
 * @throws SopsError `document`, with the field and without what stands in it
 */
export function readMetadata(tree: SopsMap): SopsMetadata {
  const parsed = parse(metadata, plainOf(tree));
  if (!parsed.ok) throw new SopsError('document', formatErrors(parsed.errors.map(({ path, message }) => ({ path: path === '' ? 'sops' : `sops.${path}`, message }))));
  const given = parsed.value;
  const groups = groupsOf(given);
  return {
    groups,
    threshold: thresholdOf(given.shamir_threshold, groups.length),
    rule: ruleOf(given),
    macOnlyEncrypted: given.mac_only_encrypted,
    mac: given.mac,
    lastModified: lastModifiedOf(given.lastmodified),
  };
}

/** Every value as its text; what is null is not there. Keys may be any, so objects have no prototype that they could reach. */
function plainOf(node: SopsNode): unknown {
  if (node.kind === 'list') return node.items.map(({ value }) => plainOf(value));
  if (node.kind === 'leaf') return node.value === null ? undefined : Buffer.from(node.value.bytes.reveal()).toString('utf8');
  return Object.fromEntries(node.entries.flatMap(({ key, value }) => (value.kind === 'leaf' && value.value === null ? [] : [[key, plainOf(value)]])));
}

/** In the order in which SOPS tries them: age and PGP first, because they ask nobody. */
function keysOf(given: z.infer<typeof group>): readonly SopsKey[] {
  return [
    ...given.age.map(({ recipient, enc: key }) => ({ type: 'age' as const, recipient, enc: key })),
    ...given.pgp.map(({ fp, enc: key }) => ({ type: 'pgp' as const, fingerprint: fp, enc: key })),
    ...given.kms.map(({ arn, role, context, enc: key }) => ({ type: 'kms' as const, arn, role, context, enc: key })),
    ...given.gcp_kms.map((one) => ({ type: 'gcp_kms' as const, resource: one.resource_id, enc: one.enc })),
    ...given.hckms.map(() => ({ type: 'hckms' as const })),
    ...given.azure_kv.map((one) => ({ type: 'azure_kv' as const, vaultUrl: one.vault_url, name: one.name, version: one.version, enc: one.enc })),
    ...given.hc_vault.map((one) => ({ type: 'hc_vault' as const, address: one.vault_address, enginePath: one.engine_path, keyName: one.key_name, enc: one.enc })),
  ];
}

function groupsOf(given: Metadata): readonly (readonly SopsKey[])[] {
  const own = keysOf(given);
  // keys beside the groups are all that SOPS looks at
  const groups = own.length > 0 ? [own] : given.key_groups.map(keysOf);
  const count = groups.reduce((sum, keys) => sum + keys.length, 0);
  if (count === 0) throw new SopsError('document', 'sops: names no key');
  if (count > mostKeys) throw new SopsError('document', `sops: names more than ${mostKeys} keys`);
  return groups;
}

function thresholdOf(given: number, groups: number): number {
  if (groups === 1) return 1;
  const threshold = given === 0 ? groups : given;
  if (threshold >= 2 && threshold <= groups) return threshold;
  throw new SopsError('document', 'sops.shamir_threshold: must be at least 2, and no more than there are key groups');
}

function ruleOf(given: Metadata): SelectionRule {
  const rules: readonly (SelectionRule | undefined)[] = [
    suffixRule(given.unencrypted_suffix, false),
    suffixRule(given.encrypted_suffix, true),
    regexRule('regex', given.unencrypted_regex, false),
    regexRule('regex', given.encrypted_regex, true),
    regexRule('commentRegex', given.unencrypted_comment_regex, false),
    regexRule('commentRegex', given.encrypted_comment_regex, true),
  ];
  const said = rules.filter((rule) => rule !== undefined);
  if (said.length > 1) throw new SopsError('document', 'sops: has more than one rule for what is encrypted');
  return said[0] ?? defaultRule;
}

function suffixRule(suffix: string | undefined, encrypts: boolean): SelectionRule | undefined {
  return suffix === undefined || suffix === '' ? undefined : { by: 'suffix', encrypts, suffix };
}

function regexRule(by: 'regex' | 'commentRegex', regex: string | undefined, encrypts: boolean): SelectionRule | undefined {
  return regex === undefined || regex === '' ? undefined : { by, encrypts, regex };
}

/** The MAC is bound to the time as Go prints what it has read: without fractions of seconds, and with `Z` for no offset. */
function lastModifiedOf(given: string): string {
  const layout = '2006-01-02T15:04:05Z07:00';
  const moment = readTime(layout, given);
  if (!(moment instanceof Moment)) throw new SopsError('document', 'sops.lastmodified: must be a time like 2026-01-31T12:00:00Z');
  return formatTime(moment, layout);
}
