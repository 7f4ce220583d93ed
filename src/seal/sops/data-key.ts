import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { KeyAnswer } from './keys/key-answer.ts';
import type { SopsKey, SopsMetadata } from './metadata.ts';
import { combineParts } from './shamir.ts';
import { SopsError } from './sops-error.ts';

/** Opens what is encrypted for one key, with what is at hand. It answers why it cannot; it throws the signal's reason, and nothing else. */
export type OpenKey = (key: SopsKey, signal: AbortSignal) => Promise<KeyAnswer>;

const dataKeyBytes = 32;
/** Reasons that an error tells; a file may name two hundred keys. */
const mostReasons = 4;

const names: Readonly<Record<SopsKey['type'], string>> = {
  age: 'age',
  pgp: 'PGP',
  kms: 'AWS KMS',
  gcp_kms: 'GCP KMS',
  azure_kv: 'Azure Key Vault',
  hc_vault: "Vault's transit engine",
  hckms: 'Huawei Cloud KMS',
};

/**
 * The key that a file's values are encrypted with: the keys of a group are tried one after the other, and where there are several groups,
 * enough of their parts are combined.
 * @throws SopsError `key` where none of the keys at hand opens it, `unavailable` where one may the next time
 */
export async function openDataKey({ groups, threshold }: SopsMetadata, open: OpenKey, signal: AbortSignal): Promise<SecretBytes> {
  const parts: SecretBytes[] = [];
  const failures: Failure[] = [];
  for (const group of groups) {
    // more parts than are needed change nothing, and their keys need not be asked
    if (parts.length === threshold) break;
    const part = await openGroup(group, { open, failures }, signal);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length < threshold) throw refusal(failures, { found: parts.length, threshold });
  const bytes = groups.length === 1 ? parts[0]?.reveal() : combineParts(parts.map((part) => part.reveal()));
  if (bytes?.length !== dataKeyBytes) throw new SopsError('document', 'sops: what its keys open is no data key of SOPS');
  return new SecretBytes(bytes);
}

interface Failure {
  readonly type: SopsKey['type'];
  readonly reason: string;
  readonly transient: boolean;
}

interface Opening {
  readonly open: OpenKey;
  readonly failures: Failure[];
}

async function openGroup(group: readonly SopsKey[], { open, failures }: Opening, signal: AbortSignal): Promise<SecretBytes | undefined> {
  for (const key of group) {
    signal.throwIfAborted();
    const answer = await open(key, signal);
    if (answer.ok) return answer.part;
    failures.push({ type: key.type, reason: answer.reason, transient: answer.transient === true });
  }
  return undefined;
}

function refusal(failures: readonly Failure[], { found, threshold }: { readonly found: number; readonly threshold: number }): SopsError {
  const texts = [...new Set(failures.map(({ type, reason }) => `${names[type]}: ${reason}`))];
  const more = texts.length > mostReasons ? `; and ${texts.length - mostReasons} more` : '';
  const shares = threshold > 1 ? ` (${found} of the ${threshold} parts that it takes)` : '';
  const kind = failures.some(({ transient }) => transient) ? 'unavailable' : 'key';
  return new SopsError(kind, `no key at hand opens it${shares}: ${texts.slice(0, mostReasons).join('; ')}${more}`);
}
