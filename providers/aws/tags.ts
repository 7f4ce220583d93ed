import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';

/** A tag as the SDK has it. */
export interface AwsTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** External Secrets' mark on what it has pushed; ours too, so that either can go on with the other's. */
export const managedTag = { key: 'managed-by', value: 'external-secrets' } as const;

function tagsOf(tags: readonly AwsTag[] = []): ReadonlyMap<string, string> {
  return new Map(tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const])));
}

/** Tags as the JSON object that External Secrets makes of them. */
export function tagsJson(tags: readonly AwsTag[] | undefined): SecretBytes {
  return new MemberBytes(new Map([...tagsOf(tags)].map(([key, value]) => [key, SecretBytes.fromUtf8(value)])));
}

/** Whether a push has made it. */
export function isManaged(tags: readonly AwsTag[] | undefined): boolean {
  return tagsOf(tags).get(managedTag.key) === managedTag.value;
}

export function hasTags(tags: readonly AwsTag[] | undefined, wanted: Readonly<Record<string, string>>): boolean {
  const there = tagsOf(tags);
  return Object.entries(wanted).every(([key, value]) => there.get(key) === value);
}

/** Tags to write, beside our mark. */
export function wantedTags(tags: Readonly<Record<string, string>> = {}): { Key: string; Value: string }[] {
  return [...Object.entries(tags), [managedTag.key, managedTag.value] as const].map(([Key, Value]) => ({ Key, Value }));
}

export interface TagChange {
  readonly remove: string[];
  readonly add: { Key: string; Value: string }[];
}

/**
 * What makes the tags that are there those of a push. Where it says nothing of tags, they stay; what AWS itself has tagged always does.
 */
export function tagChange(there: readonly AwsTag[] | undefined, wanted: Readonly<Record<string, string>> | undefined): TagChange {
  if (wanted === undefined || Object.keys(wanted).length === 0) return { remove: [], add: [] };
  const current = tagsOf(there);
  return {
    remove: [...current.keys()].filter((key) => key !== managedTag.key && !key.startsWith('aws:') && !Object.hasOwn(wanted, key)),
    add: wantedTags(wanted).filter(({ Key, Value }) => current.get(Key) !== Value),
  };
}
