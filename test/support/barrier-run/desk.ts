import { randomBytes } from 'node:crypto';
import { SecretBytes } from '../../../src/lib/secret-bytes.ts';
import { sealValue } from '../../../src/seal/ciphertext.ts';
import { createGitRemote } from '../git-remote.ts';
import { filesOf, type Sealers } from './manifests.ts';
import type { Scenario } from './scenario.ts';
import type { BarrierWorld } from './world.ts';

/** Whoever commits. */
export interface Desk {
  readonly url: string;
  /** Those pushed so far. */
  readonly commits: readonly string[];
  /** What the ciphertexts of the SealedSecrets hold. */
  readonly sealed: ReadonlyMap<string, string>;
  /** Pushes the next revision. */
  readonly push: () => Promise<void>;
  /** Takes the last one back, as if it had never been; nothing where it is the only one. */
  readonly takeBack: () => Promise<void>;
  /** Those that were gone back to by that, counted from 1. */
  readonly takenBackTo: readonly number[];
  readonly close: () => Promise<void>;
}

/** Opens a repository for the revisions of a scenario; none is in it yet. */
export async function openDesk(world: Pick<BarrierWorld, 'sealingKey' | 'age'>, scenario: Scenario, namespace: string): Promise<Desk> {
  const sealed = new Map<string, string>();
  const sealers = sealersOf(world, namespace, sealed);
  const remote = await createGitRemote();
  const commits: string[] = [];
  const takenBackTo: number[] = [];
  return {
    url: remote.url,
    commits,
    takenBackTo,
    sealed,
    push: async () => {
      const revision = commits.length + 1;
      for (const [path, text] of Object.entries(await filesOf(scenario, namespace, revision, sealers))) await remote.write(`manifests/${path}`, text);
      commits.push(await remote.push(`Revision ${revision}`));
    },
    takeBack: async () => {
      const before = commits.at(-2);
      if (before === undefined) return;
      takenBackTo.push(commits.length - 1);
      await remote.git('reset', '--hard', before);
      await remote.git('push', '--force', 'origin', 'HEAD:main');
    },
    close: remote.close,
  };
}

/** A value is sealed once for each name: sealed anew, an unchanged value would be a change. */
export function sealersOf({ sealingKey, age }: Pick<BarrierWorld, 'sealingKey' | 'age'>, namespace: string, sealed: Map<string, string>): Sealers {
  const known = new Map<string, string>();
  return {
    ageRecipient: age.recipient,
    seal: (text, name) => {
      const id = `${name} ${text}`;
      const made = known.get(id) ?? Buffer.from(sealValue(SecretBytes.fromUtf8(text), { key: sealingKey.certificate.publicKey, label: Buffer.from(`${namespace}/${name}`), randomBytes })).toString('base64');
      known.set(id, made);
      sealed.set(made, text);
      return made;
    },
  };
}
