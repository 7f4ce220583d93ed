import { isDeepStrictEqual } from 'node:util';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { goText, membersOf } from '../../src/provider/go-json.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { JsonTextError, jsonValue } from '../../src/provider/json-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { KvEngine, KvMetadata } from './kv-engine.ts';

/** What External Secrets marks with that it manages a secret: what it wrote stays ours, and the other way round. */
const [mark, owner] = ['managed-by', 'external-secrets'] as const;
/** Where an engine of version v1 keeps the mark: among the data, as External Secrets does. */
const markMember = 'custom_metadata';
/** How often a write begins anew because another was faster. */
const mostTries = 4;

/** What is at a key. */
interface There {
  /** The object without our mark; undefined where there is no value. */
  readonly object: string | undefined;
  readonly isOurs: boolean;
  readonly metadata: KvMetadata | undefined;
}

/** Writes one value. @throws ProviderError; the signal's reason */
export async function pushValue(engine: KvEngine, write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
  refuseMetadata(write);
  const { remoteKey: key, property, value, updatePolicy } = write;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const there = await lookAt(engine, key, signal);
    if (there.object !== undefined && updatePolicy === 'IfNotExists' && (property === undefined || hasMember(bytesOf(there.object), stepOf(property)))) return { kind: 'unchanged' };
    if (!there.isOurs && (there.object !== undefined || (there.metadata?.current ?? 0) > 0)) throw foreign;
    const object = property === undefined ? wholeObject(value) : textOf(setMember(there.object === undefined ? undefined : bytesOf(there.object), stepOf(property), value));
    if (there.object !== undefined && isSame(object, there.object)) return { kind: 'unchanged' };
    if (engine.mount.version === 'v2' && !there.isOurs) await engine.mark(key, { ...there.metadata?.custom, [mark]: owner }, signal);
    if (await engine.write(key, engine.mount.version === 'v1' ? marked(object) : object, there.metadata?.current ?? 0, signal)) return { kind: 'written' };
    await requireRace(engine, key, there, signal);
  }
  throw new ProviderError('unavailable', 'others write the secret all the time');
}

/** Removes a value, or one member of it; with the last one the value goes. @throws ProviderError; the signal's reason */
export async function removeValue(engine: KvEngine, place: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
  refuseMetadata(place);
  const { remoteKey: key, property } = place;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const there = await lookAt(engine, key, signal);
    if (there.object === undefined) return { kind: 'absent' };
    if (!there.isOurs) throw foreign;
    const left = property === undefined ? undefined : removeMember(bytesOf(there.object), stepOf(property));
    if (left === 'same') return { kind: 'absent' };
    if (left === undefined) {
      await engine.remove(key, signal);
      return { kind: 'removed' };
    }
    const object = textOf(left);
    if (await engine.write(key, engine.mount.version === 'v1' ? marked(object) : object, there.metadata?.current ?? 0, signal)) return { kind: 'removed' };
    await requireRace(engine, key, there, signal);
  }
  throw new ProviderError('unavailable', 'others write the secret all the time');
}

const foreign = new ProviderError('invalid', `the secret is somebody else's: its custom metadata does not hold ${mark}=${owner}`);

/** Vault writes numbers in its own way, and may lose digits of them: what it would make the same is not written again. */
function isSame(one: string, other: string): boolean {
  const plain = (object: string): unknown => JSON.parse(goText(object, 'as-written'));
  return isDeepStrictEqual(plain(one), plain(other));
}

/** The metadata is read first: a version that is written in between is then seen by Vault, which refuses the write. */
async function lookAt(engine: KvEngine, key: string, signal: AbortSignal): Promise<There> {
  if (engine.mount.version === 'v2') {
    const metadata = await engine.metadata(key, signal);
    const value = metadata === undefined || metadata.current === 0 ? undefined : await engine.read(key, undefined, signal);
    return { object: value?.object, isOurs: metadata?.custom[mark] === owner, metadata };
  }
  const value = await engine.read(key, undefined, signal);
  const custom = value === undefined ? undefined : membersOf(value.object).get(markMember);
  const said = custom?.startsWith('{') === true ? membersOf(custom).get(mark) : undefined;
  const isOurs = said === JSON.stringify(owner);
  const bare = value === undefined || !isOurs ? undefined : removeMember(bytesOf(value.object), markMember);
  return { object: bare instanceof SecretBytes ? textOf(bare) : isOurs ? '{}' : value?.object, isOurs, metadata: undefined };
}

/** @throws ProviderError `invalid` where nobody was faster: then it is the write that Vault does not take */
async function requireRace(engine: KvEngine, key: string, before: There, signal: AbortSignal): Promise<void> {
  const now = engine.mount.version === 'v2' ? await engine.metadata(key, signal) : undefined;
  if (now?.current === before.metadata?.current) throw new ProviderError('invalid', 'Vault refuses to write the value (HTTP 400)');
}

function marked(object: string): string {
  return textOf(setMember(bytesOf(object), `${markMember}.${mark}`, SecretBytes.fromUtf8(owner)));
}

/** A property is the name of a member, whatever dots it holds, as in External Secrets. */
function stepOf(property: string): string {
  return property.replaceAll(/[\\.]/g, String.raw`\$&`);
}

/** An engine keeps objects: a value that is pushed as a whole has to be one. */
function wholeObject(value: SecretBytes): string {
  try {
    const text = jsonValue(textOf(value));
    // written anew, because Vault is stricter about control characters in strings
    if (text.startsWith('{')) return goText(text, 'as-written');
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
  }
  throw new ProviderError('invalid', 'Vault keeps objects: the value to push is no object in JSON, so remoteRef needs a property');
}

function refuseMetadata({ metadata }: RemotePlace): void {
  if (metadata !== undefined && metadata !== null) throw new ProviderError('invalid', 'metadata: nothing can be said of a value that is pushed to Vault; remove it');
}

function bytesOf(text: string): SecretBytes {
  return SecretBytes.fromUtf8(text);
}

function textOf(value: SecretBytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal());
  } catch {
    throw new ProviderError('invalid', 'Vault keeps texts: the value to push is not UTF-8');
  }
}
