import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { SecretPushSpec } from './secret-push-spec.ts';
import { secretPushSpec } from './secret-push-spec.ts';
import type { PushFormat, SecretDeletion, SecretWrites } from './secret-writes.ts';
import type { SecretsManager } from './secrets-manager.ts';
import { isManaged, tagChange, wantedTags } from './tags.ts';

/** The most bytes of a value. */
const largest = 65_536;
const standardKey = 'alias/aws/secretsmanager';
/** External Secrets' words. */
const standardDescription = "secret 'managed-by:external-secrets'";

export interface SecretPushOptions {
  readonly service: SecretsManager;
  readonly writes: SecretWrites;
  readonly deletion: SecretDeletion;
}

/** Where secrets are pushed to. Only what bears External Secrets' tag is changed or deleted. */
export class SecretPush {
  readonly #service: SecretsManager;
  readonly #writes: SecretWrites;
  readonly #deletion: SecretDeletion;

  constructor({ service, writes, deletion }: SecretPushOptions) {
    this.#service = service;
    this.#writes = writes;
    this.#deletion = deletion;
  }

  /** @param id the name, prefix and all. @throws ProviderError; the signal's reason */
  async write(id: string, write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const spec = parsePushMetadata(secretPushSpec, write.metadata) ?? {};
    const there = await this.#service.describe(id, signal);
    if (there === undefined) return this.#create(id, write, spec, signal);
    if (write.updatePolicy === 'IfNotExists' && write.property === undefined && there.DeletedDate === undefined) return { kind: 'unchanged' };
    // what was pushed and then removed can be pushed again while AWS still keeps it, but is not there
    const current = there.DeletedDate === undefined ? await this.#valueOf(id, there, signal) : undefined;
    if (write.updatePolicy === 'IfNotExists' && current !== undefined && (write.property === undefined || hasMember(current, write.property))) return { kind: 'unchanged' };
    refuseForeign(there);
    const value = checked(write.property === undefined ? write.value : setMember(current, write.property, write.value));
    if (there.DeletedDate !== undefined) await this.#writes.restore(id, signal);
    const metadataChanged = await this.#applySpec(id, there, spec, signal);
    const same = current?.equals(value) ?? false;
    if (!same) await this.#writes.put(id, value, formatOf(spec), signal);
    return { kind: same && !metadataChanged ? 'unchanged' : 'written' };
  }

  /** @param id the name, prefix and all. @throws ProviderError; the signal's reason */
  async remove(id: string, { property, metadata }: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const spec = parsePushMetadata(secretPushSpec, metadata) ?? {};
    const there = await this.#service.describe(id, signal);
    if (there === undefined || there.DeletedDate !== undefined) return { kind: 'absent' };
    const current = property === undefined ? undefined : await this.#valueOf(id, there, signal);
    if (property !== undefined && (current === undefined || !hasMember(current, property))) return { kind: 'absent' };
    refuseForeign(there);
    const left = property === undefined || current === undefined ? undefined : removeMember(current, property);
    if (left !== undefined && left !== 'same') await this.#writes.put(id, left, formatOf(spec), signal);
    else await this.#delete(id, there, signal);
    return { kind: 'removed' };
  }

  async #create(id: string, write: RemoteWrite, spec: SecretPushSpec, signal: AbortSignal): Promise<WriteResult> {
    const value = checked(write.property === undefined ? write.value : setMember(undefined, write.property, write.value));
    await this.#writes.create(
      {
        name: id,
        value,
        format: formatOf(spec),
        tags: wantedTags(spec.tags),
        description: orStandard(spec.description, standardDescription),
        key: orStandard(spec.kmsKeyId, standardKey),
        regions: spec.replicationLocations ?? [],
      },
      signal,
    );
    return { kind: 'written' };
  }

  /** undefined where there is no value yet. */
  async #valueOf(id: string, { VersionIdsToStages: versions = {} }: DescribeSecretResponse, signal: AbortSignal): Promise<SecretBytes | undefined> {
    if (Object.keys(versions).length === 0) return undefined;
    const result = await this.#service.getOne(id, {}, signal);
    if (result.kind === 'error') throw result.error;
    return result.kind === 'value' ? result.value : undefined;
  }

  /** Says whether anything had to be changed. */
  async #applySpec(id: string, there: DescribeSecretResponse, { tags, replicationLocations }: SecretPushSpec, signal: AbortSignal): Promise<boolean> {
    const { remove, add } = tagChange(there.Tags, tags);
    if (remove.length > 0) await this.#writes.untag(id, remove, signal);
    if (add.length > 0) await this.#writes.tag(id, add, signal);
    const copied = regionsOf(there);
    const [surplus, missing] = replicationLocations === undefined ? [[], []] : [without(copied, replicationLocations), without(replicationLocations, copied)];
    if (surplus.length > 0) await this.#writes.removeFrom(id, surplus, signal);
    if (missing.length > 0) await this.#writes.copyTo(id, missing, there.KmsKeyId, signal);
    return [remove, add, surplus, missing].some(({ length }) => length > 0);
  }

  async #delete(id: string, there: DescribeSecretResponse, signal: AbortSignal): Promise<void> {
    const copied = regionsOf(there);
    if (copied.length > 0) await this.#writes.removeFrom(id, copied, signal);
    await this.#writes.delete(id, this.#deletion, signal);
  }
}

function refuseForeign({ Tags }: DescribeSecretResponse): void {
  if (!isManaged(Tags)) throw new ProviderError('invalid', 'the secret was not made by a push: it lacks the tag managed-by=external-secrets, and is neither changed nor deleted');
}

/** AWS keeps no empty value, and none that is larger. */
function checked(value: SecretBytes): SecretBytes {
  if (value.size === 0) throw new ProviderError('invalid', 'the value is empty; AWS Secrets Manager keeps no empty value');
  if (value.size > largest) throw new ProviderError('invalid', `the value has ${value.size} bytes; AWS Secrets Manager keeps ${largest} at the most`);
  return value;
}

function formatOf({ secretPushFormat: format = '' }: SecretPushSpec): PushFormat {
  return format === '' ? 'binary' : format;
}

function orStandard(text = '', standard: string): string {
  return text === '' ? standard : text;
}

function regionsOf({ ReplicationStatus: copies = [] }: DescribeSecretResponse): readonly string[] {
  return copies.flatMap(({ Region: region }) => (region === undefined ? [] : [region]));
}

function without(regions: readonly string[], others: readonly string[]): readonly string[] {
  return regions.filter((region) => !others.includes(region));
}
