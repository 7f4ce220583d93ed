import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import type { ObjectProperties } from './vault-object.ts';

const texts = z.record(z.string(), z.string());

type Entry = readonly [name: string, text: string];

/**
 * The tags of an object, and its times under `attribute.`, as External Secrets has them: a property is a tag, or leads into the JSON
 * that a tag holds; an extract is of tags alone, under names that begin with that of the object, with a member for each of those of a
 * tag that is a JSON object of texts.
 */
export function tagBytes(name: string, { tags, expires, created, updated, notBefore }: ObjectProperties): MemberBytes {
  const times = Object.entries({ created, expires, notBefore, updated }).flatMap(([attribute, time]): readonly Entry[] => (time === undefined ? [] : [[`attribute.${attribute}`, print(time)]]));
  const entries = Object.entries(tags);
  return new MemberBytes(bytesOf([...entries, ...times]), undefined, bytesOf(entries.flatMap(([tag, text]) => expand(`${name}_${tag}`, text))));
}

function bytesOf(entries: readonly Entry[]): ReadonlyMap<string, SecretBytes> {
  return new Map(entries.map(([name, text]) => [name, SecretBytes.fromUtf8(text)]));
}

function expand(name: string, text: string): readonly Entry[] {
  const inner = membersIn(text);
  return inner === undefined ? [[name, text]] : Object.entries(inner).map(([key, value]) => [`${name}_${key}`, value]);
}

function membersIn(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return texts.safeParse(JSON.parse(text)).data;
  } catch {
    // most tags are no JSON
    return undefined;
  }
}

/** RFC 3339 to the second, which is all that vaults know. */
function print(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
