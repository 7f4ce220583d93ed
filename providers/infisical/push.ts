import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemotePlace, RemoteWrite, RemoveResult, WriteResult } from '../../src/provider/contract.ts';
import { pushedText } from '../../src/provider/credential-text.ts';
import { hasMember, removeMember, setMember } from '../../src/provider/json-member.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { InfisicalApi, Presence } from './api.ts';
import { withoutValue } from './api.ts';
import type { SecretsScope } from './config.ts';
import type { SecretPlace } from './place.ts';
import { placeOf } from './place.ts';
import type { SecretReader } from './secret-reader.ts';

export interface PushScope {
  readonly api: InfisicalApi;
  readonly scope: SecretsScope;
  readonly reader: Pick<SecretReader, 'requireEnvironment'>;
}

/** Writes a secret, or a member of the JSON object that is one. What is imported from elsewhere is not there, and references are not followed. */
export async function writeSecret({ api, scope }: PushScope, write: RemoteWrite, signal: AbortSignal): Promise<WriteResult> {
  const { remoteKey, property, value, updatePolicy } = write;
  refuseMetadata(write);
  pushedText(value, 'Infisical');
  const place = placeOf(remoteKey, scope.path);
  const present = await presentValue(api, place, signal);
  const there = present instanceof SecretBytes ? present : undefined;
  if (updatePolicy === 'IfNotExists' && there !== undefined && (property === undefined || hasMember(there, property))) return { kind: 'unchanged' };
  const after = property === undefined ? value : setMember(there, property, value);
  if (there?.equals(after) === true) return { kind: 'unchanged' };
  await api.change(there === undefined ? 'POST' : 'PATCH', place, pushedText(after, 'Infisical'), signal);
  return { kind: 'written' };
}

/** Removes a secret, or a member of the JSON object that is one, and the secret with its last member. */
export async function removeSecret({ api, scope, reader }: PushScope, remote: RemotePlace, signal: AbortSignal): Promise<RemoveResult> {
  refuseMetadata(remote);
  const place = placeOf(remote.remoteKey, scope.path);
  const there = await presentValue(api, place, signal);
  if (there === 'nothing') await reader.requireEnvironment(place, signal);
  if (there === 'folder' || there === 'nothing') return { kind: 'absent' };
  const after = remote.property === undefined ? undefined : removeMember(there, remote.property);
  if (after === 'same') return { kind: 'absent' };
  if (after === undefined) await api.change('DELETE', place, undefined, signal);
  else await api.change('PATCH', place, pushedText(after, 'Infisical'), signal);
  return { kind: 'removed' };
}

async function presentValue(api: InfisicalApi, place: SecretPlace, signal: AbortSignal): Promise<SecretBytes | Exclude<Presence, 'secret'>> {
  const secret = await api.secret(place, { imports: 'left out' }, signal);
  if (typeof secret !== 'object') return secret;
  if (secret.secretValueHidden === true) throw new ProviderError('denied', 'Infisical does not show the identity what is there, so nothing is written over it');
  if (typeof secret.secretValue !== 'string') throw withoutValue();
  return SecretBytes.fromUtf8(secret.secretValue);
}

function refuseMetadata({ metadata }: RemotePlace): void {
  if (metadata !== undefined && metadata !== null) throw new ProviderError('unsupported', 'metadata: a push to Infisical takes none; remove it');
}
