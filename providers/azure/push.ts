import type { ProviderContext, RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { pushedText } from '../../src/provider/credential-text.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { importCertificate } from './push-certificate.ts';
import { importKey } from './push-key.ts';
import { parseObjectName } from './object-name.ts';
import { isPushed, propertiesToPush } from './push-spec.ts';
import type { VaultObject } from './vault-object.ts';
import type { Vault, WrittenProperties } from './vault.ts';

const service = 'Azure Key Vault';
/** The most bytes that a secret of a vault has. */
const largestSecret = 25 * 1024;

/** Where objects are pushed to: read, and written where they are not as they should be. What is somebody else's stays. */
export class PushTarget {
  readonly #vault: Vault;
  readonly #render: ProviderContext['renderTemplate'];

  constructor(vault: Vault, render: ProviderContext['renderTemplate']) {
    this.#vault = vault;
    this.#render = render;
  }

  /** @throws ProviderError; the signal's reason */
  async write(write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
    const { kind, name } = parseObjectName(write.remoteKey);
    const properties = propertiesToPush(write.metadata);
    if (kind === 'secret') return this.#writeSecret(name, write, properties, signal);
    refuseProperty(kind, write);
    const there = await this.#vault[kind].get(name, undefined, signal);
    if (there !== undefined && write.updatePolicy === 'IfNotExists') return { kind: 'unchanged' };
    if (there !== undefined) refuseForeign(there);
    const pushed = { name, value: write.value, there, properties };
    return kind === 'key' ? importKey(this.#vault, pushed, signal) : importCertificate(this.#vault, pushed, this.#render, signal);
  }

  /** @throws ProviderError; the signal's reason */
  async remove({ remoteKey, property }: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
    const { kind, name } = parseObjectName(remoteKey);
    const there = await this.#vault[kind].get(name, undefined, signal);
    if (there === undefined) return { kind: 'absent' };
    refuseForeign(there);
    const left = property === undefined || kind !== 'secret' ? undefined : removeMember(there.value, property);
    if (left === 'same') return { kind: 'absent' };
    if (left !== undefined) {
      await this.#vault.secret.set(name, pushedText(left, service), propertiesOf(there), signal);
      return { kind: 'removed' };
    }
    return { kind: (await this.#vault[kind].delete(name, signal)) === undefined ? 'absent' : 'removed' };
  }

  async #writeSecret(name: string, { value, property, updatePolicy }: RemoteWrite, properties: WrittenProperties, signal: AbortSignal): Promise<WriteResult> {
    const { secret } = this.#vault;
    const there = await secret.get(name, undefined, signal);
    if (there !== undefined && updatePolicy === 'IfNotExists' && (property === undefined || hasMember(there.value, property))) return { kind: 'unchanged' };
    if (there !== undefined) refuseForeign(there);
    const wanted = property === undefined ? value : setMember(there?.value, property, value);
    if (wanted.size > largestSecret) throw new ProviderError('invalid', `the value has ${wanted.size} bytes; a secret of a vault holds at most ${largestSecret / 1024} KiB`);
    const text = pushedText(wanted, service);
    if (there?.version === undefined || !there.value.equals(wanted)) {
      await secret.set(name, text, properties, signal);
      return { kind: 'written' };
    }
    if (bears(there, properties)) return { kind: 'unchanged' };
    await secret.update(name, there.version, { ...properties, tags: { ...there.tags, ...properties.tags } }, signal);
    return { kind: 'written' };
  }
}

/** Tags that others have added are no difference. */
function bears(there: VaultObject, { tags, expires }: WrittenProperties): boolean {
  return there.expires === expires && Object.entries(tags).every(([tag, text]) => there.tags[tag] === text);
}

function propertiesOf({ tags, expires }: VaultObject): WrittenProperties {
  return { tags, ...(expires === undefined ? {} : { expires }) };
}

function refuseForeign(there: VaultObject): void {
  if (!isPushed(there)) throw new ProviderError('invalid', 'what is there was not pushed: it has no tag managed-by=external-secrets, so it is neither overwritten nor removed');
}

function refuseProperty(kind: string, { property }: RemoteWrite): void {
  if (property !== undefined) throw new ProviderError('invalid', `a ${kind} has no properties to push into: remoteRef must not have a property`);
}
