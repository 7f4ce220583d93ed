import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { pushedText } from '../../src/provider/credential-text.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { DopplerApi } from './api.ts';

/** What Doppler takes as the name of a secret. */
const secretName = /^[A-Z_][A-Z0-9_]{0,199}$/;

/** Writes a secret, or a member of the JSON object that is one. What is compared is what is written there, with references not followed. */
export async function writeSecret(api: DopplerApi, write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
  const { remoteKey, property, updatePolicy } = write;
  checkPlace(write);
  pushedText(write.value, 'Doppler');
  const secret = await api.secret(remoteKey, signal);
  if (secret.kind === 'hidden' && property !== undefined) throw new ProviderError('denied', 'Doppler does not show this token the value that the property belongs to: its visibility is restricted');
  const there = secret.kind === 'value' ? SecretBytes.fromUtf8(secret.raw) : undefined;
  if (updatePolicy === 'IfNotExists' && (there === undefined ? secret.kind === 'hidden' : property === undefined || hasMember(there, property))) return { kind: 'unchanged' };
  const after = property === undefined ? write.value : setMember(there, property, write.value);
  if (there?.equals(after) === true) return { kind: 'unchanged' };
  await api.change({ secrets: { [remoteKey]: pushedText(after, 'Doppler') } }, signal);
  return { kind: 'written' };
}

/** Removes a secret, or a member of the JSON object that is one, and the secret with its last member. */
export async function removeSecret(api: DopplerApi, place: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
  const { remoteKey, property } = place;
  checkPlace(place);
  const secret = await api.secret(remoteKey, signal);
  if (secret.kind === 'absent') {
    // Doppler says of a config that is not there what it says of a secret
    await api.requireConfig(signal);
    return { kind: 'absent' };
  }
  if (property === undefined) return takeAway(api, remoteKey, signal);
  if (secret.kind !== 'value') throw new ProviderError('denied', 'Doppler does not show this token the value that the property belongs to: its visibility is restricted');
  const after = removeMember(SecretBytes.fromUtf8(secret.raw), property);
  if (after === 'same') return { kind: 'absent' };
  if (after === undefined) return takeAway(api, remoteKey, signal);
  await api.change({ secrets: { [remoteKey]: pushedText(after, 'Doppler') } }, signal);
  return { kind: 'removed' };
}

async function takeAway(api: DopplerApi, name: string, signal: AbortSignal): Promise<RemoveResult> {
  await api.change({ change_requests: [{ name, originalName: name, value: null, shouldDelete: true }] }, signal);
  return { kind: 'removed' };
}

function checkPlace({ remoteKey, metadata }: RemotePlace): void {
  if (!secretName.test(remoteKey)) throw new ProviderError('invalid', `remoteKey ${JSON.stringify(remoteKey.slice(0, 200))} cannot be the name of a secret of Doppler: that is made of A-Z, 0-9 and _`);
  if (metadata !== undefined && metadata !== null) throw new ProviderError('unsupported', 'metadata: a push to Doppler takes none; remove it');
}
