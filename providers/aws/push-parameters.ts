import type { PutParameterRequest, Tag } from '@aws-sdk/client-ssm';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { ParameterPushSpec } from './parameter-push-spec.ts';
import { parameterPushSpec } from './parameter-push-spec.ts';
import type { ParameterStore } from './parameter-store.ts';
import type { ParameterWrites } from './parameter-writes.ts';
import { isManaged, tagChange, wantedTags } from './tags.ts';

/** The most bytes of a value, in the tier that takes most. */
const largest = 8192;
const standardKey = 'alias/aws/ssm';
/** External Secrets' words. */
const standardDescription = "secret 'managed-by:external-secrets'";

/** Where parameters are pushed to. Only what bears External Secrets' tag is changed or deleted. */
export class ParameterPush {
  readonly #store: ParameterStore;
  readonly #writes: ParameterWrites;

  constructor({ store, writes }: { readonly store: ParameterStore; readonly writes: ParameterWrites }) {
    this.#store = store;
    this.#writes = writes;
  }

  /** @param name prefix and all. @throws ProviderError; the signal's reason */
  async write(name: string, write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const spec = parsePushMetadata(parameterPushSpec, write.metadata) ?? {};
    const current = await this.#valueOf(name, signal);
    if (current !== undefined && write.updatePolicy === 'IfNotExists' && (write.property === undefined || hasMember(current, write.property))) return { kind: 'unchanged' };
    const there = current === undefined ? undefined : await this.#managedTags(name, signal);
    const pushed = pushedValue(write, spec);
    const value = write.property === undefined ? pushed : setMember(current, write.property, pushed);
    const change = tagChange(there, current === undefined ? undefined : spec.tags);
    const same = current?.equals(value) ?? false;
    if (!same) await this.#writes.put(requestOf({ name, value, spec, isNew: current === undefined }), signal);
    if (change.remove.length > 0) await this.#writes.untag(name, change.remove, signal);
    if (change.add.length > 0) await this.#writes.tag(name, change.add, signal);
    return { kind: same && change.remove.length + change.add.length === 0 ? 'unchanged' : 'written' };
  }

  /** @param name prefix and all. @throws ProviderError; the signal's reason */
  async remove(name: string, { property, metadata }: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const spec = parsePushMetadata(parameterPushSpec, metadata) ?? {};
    const current = await this.#valueOf(name, signal);
    if (current === undefined || (property !== undefined && !hasMember(current, property))) return { kind: 'absent' };
    await this.#managedTags(name, signal);
    const left = property === undefined ? undefined : removeMember(current, property);
    if (left !== undefined && left !== 'same') await this.#writes.put(requestOf({ name, value: left, spec, isNew: false }), signal);
    else await this.#writes.delete(name, signal);
    return { kind: 'removed' };
  }

  async #valueOf(name: string, signal: AbortSignal): Promise<SecretBytes | undefined> {
    const result = await this.#store.getOne(name, signal);
    if (result.kind === 'error') throw result.error;
    return result.kind === 'value' ? result.value : undefined;
  }

  /** @throws ProviderError `invalid` where no push has made the parameter */
  async #managedTags(name: string, signal: AbortSignal): Promise<readonly Tag[]> {
    const tags = (await this.#store.tags(name, signal)) ?? [];
    if (isManaged(tags)) return tags;
    throw new ProviderError('invalid', 'the parameter was not made by a push: it lacks the tag managed-by=external-secrets, and is neither changed nor deleted');
  }
}

/** A whole Secret is an object of values in base64, as in External Secrets, unless the push wants them as they are. */
function pushedValue({ secretKey, value, source }: RemoteWrite, { encodeAsDecoded = false }: ParameterPushSpec): SecretBytes {
  if (secretKey !== undefined || encodeAsDecoded) return value;
  return new MemberBytes(new Map([...source.data].map(([key, bytes]) => [key, SecretBytes.fromUtf8(Buffer.from(bytes.reveal()).toString('base64'))])));
}

interface Wanted {
  readonly name: string;
  readonly value: SecretBytes;
  readonly spec: ParameterPushSpec;
  readonly isNew: boolean;
}

/** AWS takes tags with a new parameter only. */
function requestOf({ name, value, spec, isNew }: Wanted): PutParameterRequest {
  const { secretType = '', kmsKeyID = '', tier: { type: tier = '', policies } = {}, description = '', tags } = spec;
  return {
    Name: name,
    Value: textOf(value),
    Type: secretType === '' ? 'String' : secretType,
    Description: description === '' ? standardDescription : description,
    ...(secretType === 'SecureString' ? { KeyId: kmsKeyID === '' ? standardKey : kmsKeyID } : {}),
    ...(tier === 'Advanced' || tier === 'Intelligent-Tiering' ? { Tier: tier } : {}),
    ...(tier === 'Advanced' && policies !== undefined && policies !== null ? { Policies: JSON.stringify(policies) } : {}),
    ...(isNew ? { Overwrite: false, Tags: wantedTags(tags) } : { Overwrite: true }),
  };
}

/** @throws ProviderError `invalid` for what AWS keeps in no parameter; never quotes it */
function textOf(value: SecretBytes): string {
  if (value.size === 0) throw new ProviderError('invalid', 'the value is empty; AWS Parameter Store keeps no empty value');
  if (value.size > largest) throw new ProviderError('invalid', `the value has ${value.size} bytes; AWS Parameter Store keeps 4096, and ${largest} in its advanced tier`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal());
  } catch {
    throw new ProviderError('invalid', 'the value is not UTF-8 text, which is all that AWS Parameter Store keeps; push it in base64');
  }
}
