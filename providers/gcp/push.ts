import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parsePushMetadata } from '../../src/provider/push-metadata.ts';
import type { AccessedVersion, SecretRecord } from './answers.ts';
import { hasStatus } from './errors.ts';
import type { ProjectLocation } from './project-location.ts';
import { parentOf, secretOf, versionOf } from './project-location.ts';
import type { PushSpec } from './push-spec.ts';
import { changeOf, isPushed, newSecret, pushSpec } from './push-spec.ts';
import type { SecretManager } from './secret-manager.ts';

export interface PushTargetOptions {
  readonly secrets: SecretManager;
  readonly where: ProjectLocation;
}

/** How often it begins anew where others write at the same time. */
const attempts = 5;
/** The most bytes of one payload. */
const mostBytes = 65_536;

/** What another has done in between: it is looked at anew. Etags that are stale are told in either way. */
const overtaken = ['ALREADY_EXISTS', 'ABORTED', 'FAILED_PRECONDITION'] as const;

/** Writes secrets, and removes those that it made. */
export class PushTarget {
  readonly #secrets: SecretManager;
  readonly #where: ProjectLocation;

  constructor({ secrets, where }: PushTargetOptions) {
    this.#secrets = secrets;
    this.#where = where;
  }

  /** @throws ProviderError; the signal's reason */
  async write(write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const { remoteKey, property, metadata, updatePolicy } = write;
    const name = secretOf(this.#where, remoteKey);
    const spec = parsePushMetadata(pushSpec, metadata);
    if (spec !== undefined && property !== undefined) throw new ProviderError('invalid', 'metadata: it cannot be said together with a property, as the secret may hold properties of several pushes');
    // no secret is made for a value that it cannot hold
    if (property === undefined) requireSize(write.value);
    const prepared = await this.#prepare(name, { key: remoteKey, spec, keep: updatePolicy === 'IfNotExists' }, signal);
    if (prepared === 'left alone') return { kind: 'unchanged' };
    const latest = prepared === 'made' ? undefined : await this.#latest(name, signal);
    const keep = updatePolicy === 'IfNotExists' && latest !== undefined && (property === undefined || hasMember(latest.value, property));
    const added = !keep && (await this.#store(name, latest, { property, set: (before) => valueOf(write, before) }, signal));
    return { kind: added || prepared !== 'unchanged' ? 'written' : 'unchanged' };
  }

  /** @throws ProviderError; the signal's reason */
  async remove({ remoteKey, property }: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const name = secretOf(this.#where, remoteKey);
    return this.#persist(async () => {
      const record = await this.#find(name, signal);
      if (record === undefined) return { kind: 'absent' };
      requireOurs(record);
      const latest = property === undefined ? undefined : await this.#latest(name, signal);
      if (property !== undefined && latest === undefined) return { kind: 'absent' };
      const left = latest === undefined || property === undefined ? undefined : removeMember(latest.value, property);
      if (left === 'same') return { kind: 'absent' };
      if (left === undefined) await this.#secrets.delete(name, record.etag, signal);
      else await this.#store(name, latest, { property, set: (before) => withoutMember(before, property) }, signal);
      return { kind: 'removed' };
    });
  }

  /** Makes the secret as it should be, less its value. */
  #prepare(name: string, { key, spec, keep }: { readonly key: string; readonly spec: PushSpec | undefined; readonly keep: boolean }, signal: AbortSignal): Promise<'made' | 'changed' | 'unchanged' | 'left alone'> {
    return this.#persist(async () => {
      const record = await this.#find(name, signal);
      if (record === undefined) {
        await this.#secrets.create(parentOf(this.#where), key, newSecret(spec ?? {}, this.#where.location), signal);
        return 'made';
      }
      if (keep && !isPushed(record)) return 'left alone';
      requireOurs(record);
      const change = keep ? undefined : changeOf(record, spec);
      if (change === undefined) return 'unchanged';
      await this.#secrets.update(name, record.etag, change, signal);
      return 'changed';
    });
  }

  /**
   * Adds a version where it would not be the same as the latest. Google adds to whatever is there: the number of the new version tells
   * whether another came in between, whose properties are then taken along.
   * @returns whether one was added
   */
  async #store(name: string, latest: AccessedVersion | undefined, { property, set }: { readonly property: string | undefined; readonly set: (before: SecretBytes | undefined) => SecretBytes }, signal: AbortSignal): Promise<boolean> {
    let base = latest;
    for (let tries = 0; tries < attempts; tries += 1) {
      const value = set(base?.value);
      if (tries === 0 && base?.value.equals(value) === true) return false;
      requireSize(value);
      const added = await this.#secrets.add(name, value, signal);
      if (property === undefined || added <= (base?.number ?? 0) + 1) return true;
      const between = await this.#version(name, String(added - 1), signal);
      if (between === undefined || set(between.value).equals(value)) return true;
      base = { number: added, value: between.value };
    }
    throw new ProviderError('unavailable', 'others write the secret all the time');
  }

  async #persist<T>(act: () => Promise<T>): Promise<T> {
    for (let left = attempts; left > 0; left -= 1) {
      try {
        return await act();
      } catch (error) {
        // a precondition that fails each time is another than the etag: a key that may not be used, say
        if (!hasStatus(error, ...overtaken) || (left === 1 && hasStatus(error, 'FAILED_PRECONDITION'))) throw error;
      }
    }
    throw new ProviderError('unavailable', 'others write the secret all the time');
  }

  #find(name: string, signal: AbortSignal): Promise<SecretRecord | undefined> {
    return orAbsent(() => this.#secrets.get(name, signal));
  }

  /** The latest version, undefined where there is none. @throws ProviderError `invalid` where it is disabled, which somebody has a reason for */
  async #latest(name: string, signal: AbortSignal): Promise<AccessedVersion | undefined> {
    try {
      return await this.#version(name, 'latest', signal);
    } catch (error) {
      if (!hasStatus(error, 'FAILED_PRECONDITION')) throw error;
      throw new ProviderError('invalid', 'the latest version of the secret is disabled or destroyed, or its key is (FAILED_PRECONDITION); nothing is pushed over it');
    }
  }

  #version(name: string, version: string, signal: AbortSignal): Promise<AccessedVersion | undefined> {
    return orAbsent(() => this.#secrets.access(versionOf(name, version), signal));
  }
}

async function orAbsent<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (hasStatus(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

function requireOurs(record: SecretRecord): void {
  if (!isPushed(record)) throw new ProviderError('invalid', "the secret is there, without External Secrets' label managed-by=external-secrets, so it is somebody else's: it is neither overwritten nor removed");
}

/** @throws ProviderError `invalid` for what Google does not keep */
function requireSize({ size }: SecretBytes): void {
  if (size === 0) throw new ProviderError('invalid', 'the value is empty, and Google Secret Manager keeps no empty value');
  if (size > mostBytes) throw new ProviderError('invalid', `the value would have ${size} bytes, and Google Secret Manager keeps ${mostBytes} at most`);
}

function valueOf({ property, value }: RemoteWrite, before: SecretBytes | undefined): SecretBytes {
  return property === undefined ? value : setMember(before, property, value);
}

/** A JSON object without one member, and unchanged where it has none, or no other. */
function withoutMember(before: SecretBytes | undefined, property: string | undefined): SecretBytes {
  const left = before === undefined || property === undefined ? undefined : removeMember(before, property);
  if (left !== undefined && left !== 'same') return left;
  if (before === undefined) throw new Error('there is nothing to remove a property from');
  return before;
}
