import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import type { AccessedVersion, SecretRecord } from './answers.ts';
import { hasStatus } from './errors.ts';
import type { ProjectLocation } from './project-location.ts';
import { secretOf, versionOf } from './project-location.ts';
import type { SecretManager } from './secret-manager.ts';

export interface SecretReaderOptions {
  readonly secrets: SecretManager;
  readonly where: ProjectLocation;
  /** Where the latest version is disabled or destroyed: the newest that is not. */
  readonly skipsDisabled: boolean;
}

/** Reads single secrets. */
export class SecretReader {
  readonly #options: SecretReaderOptions;

  constructor(options: SecretReaderOptions) {
    this.#options = options;
  }

  /** What fails for one reference is its result. @throws the signal's reason */
  async read({ key, version = '', metadata }: RemoteRef, signal: AbortSignal): Promise<ReadResult> {
    const { secrets, where } = this.#options;
    try {
      const secret = secretOf(where, key);
      if (metadata === true) return { kind: 'value', value: metadataOf(await secrets.get(secret, signal)) };
      const { number, value } = await (version === '' ? this.#latest(secret, signal) : secrets.access(versionOf(secret, version), signal));
      return { kind: 'value', value, version: String(number) };
    } catch (error) {
      signal.throwIfAborted();
      if (hasStatus(error, 'NOT_FOUND')) return { kind: 'absent' };
      if (error instanceof ProviderError) return { kind: 'error', error: hasStatus(error, 'FAILED_PRECONDITION') && metadata !== true ? unreadable(version) : error };
      throw error;
    }
  }

  async #latest(secret: string, signal: AbortSignal): Promise<AccessedVersion> {
    const { secrets, skipsDisabled } = this.#options;
    try {
      return await secrets.access(versionOf(secret, 'latest'), signal);
    } catch (error) {
      if (!skipsDisabled || !hasStatus(error, 'FAILED_PRECONDITION')) throw error;
      const [newest] = (await secrets.enabledVersions(secret, signal)).toSorted((a, b) => b.created - a.created || b.number - a.number);
      if (newest === undefined) throw new ProviderError('invalid', 'no version of the secret is enabled');
      return secrets.access(versionOf(secret, String(newest.number)), signal);
    }
  }
}

function unreadable(version: string): ProviderError {
  const which = version === '' ? 'the latest version' : `version ${version}`;
  const advice = version === '' ? ', or let secretVersionSelectionPolicy: LatestOrFetch take the newest that is enabled' : '';
  return new ProviderError('invalid', `${which} of the secret is disabled or destroyed, or its key is (FAILED_PRECONDITION); enable it${advice}`);
}

/** Annotations and labels as members of members: `annotations.example.com/owner` is one of them. */
function metadataOf({ annotations, labels }: SecretRecord): MemberBytes {
  const membersOf = (texts: Readonly<Record<string, string>>): MemberBytes => new MemberBytes(new Map(Object.entries(texts).map(([name, text]) => [name, SecretBytes.fromUtf8(text)])));
  return new MemberBytes(new Map([['annotations', membersOf(annotations)], ['labels', membersOf(labels)]]));
}
