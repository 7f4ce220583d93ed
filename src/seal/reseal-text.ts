import { sealValue } from './ciphertext.ts';
import { editManifests } from './edit-manifests.ts';
import type { KeyRing } from './key-ring.ts';
import { readManifests } from './manifest.ts';
import { labelOf } from './scope.ts';
import { SealError } from './seal-error.ts';
import { type SealMeans, sealedWithAnnotation } from './seal-secret.ts';
import { isSealedManifest, openingProblem, openItems, readSealedManifest, type SealedManifest } from './sealed-manifest.ts';
import type { OpeningKey } from './sealing-key.ts';

export interface ResealOptions extends SealMeans {
  readonly where: string;
  readonly ring: KeyRing<OpeningKey>;
  /** Items that the new key has sealed already are sealed anew too. */
  readonly all?: boolean;
}

export interface Resealed {
  readonly text: string;
  /** How many items were sealed anew, and how many the new key had sealed already. */
  readonly items: number;
  readonly current: number;
}

/**
 * Seals every item of a text's SealedSecrets anew, for another key and under the very label that opened it; all else of the text stays
 * as it is, byte for byte. What the new key has sealed already is left alone, so that a second run changes nothing.
 * @throws SealError where an item does not open: nothing comes of the others then
 */
export async function resealText(text: string, { where, ring, all = false, certificate, randomBytes }: ResealOptions): Promise<Resealed> {
  const sealed = readManifests(text, where).filter(isSealedManifest).map(readSealedManifest);
  let [items, current] = [0, 0];
  const edits = await Promise.all(
    sealed.map(async (one) => {
      const opened = await openedItems(one, ring);
      const stale = opened.filter(({ fingerprint }) => all || fingerprint !== certificate.fingerprint);
      [items, current] = [items + stale.length, current + opened.length - stale.length];
      const label = labelOf(one);
      const entries = new Map(stale.map(({ key, value }) => [key, Buffer.from(sealValue(value, { key: certificate.publicKey, label, randomBytes })).toString('base64')] as const));
      const note = new Map(one.sealedWith === undefined ? [] : [[sealedWithAnnotation, certificate.fingerprint] as const]);
      return [
        { manifest: one.manifest, path: ['spec', 'encryptedData'], entries },
        { manifest: one.manifest, path: ['metadata', 'annotations'], entries: note },
      ];
    }),
  );
  return { text: editManifests(text, edits.flat()), items, current };
}

async function openedItems(sealed: SealedManifest, ring: KeyRing<OpeningKey>): Promise<readonly { readonly key: string; readonly value: Parameters<typeof sealValue>[0]; readonly fingerprint: string }[]> {
  const items = await openItems(sealed, ring);
  const problem = openingProblem(items);
  if (problem !== undefined) throw new SealError(`${sealed.manifest.where}:${sealed.manifest.lineOf(['spec', 'encryptedData'])}: ${problem}`);
  return items.flatMap((item) => (item.kind === 'opened' ? [{ key: item.key, ...item.opened }] : []));
}
