import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SealedSecret, UnsealRecord } from '../../api/sealed-secret.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';
import { scopeOf } from '../../seal/scope.ts';
import type { SealingKey } from '../../seal/sealing-key.ts';

/*
 * The record of an unsealing stands in the status, where many can write. It is a memory, not an authority: whoever edits it brings about
 * an unsealing, and nothing else. To forge one, or to make an old one fit another text, takes a private key.
 */

const ofWhom = new WeakMap<SealedSecret, string>();

/** Digest of all that a Secret is made from: whose it is, its scope, every ciphertext, the template. */
export function inputsOf(sealedSecret: SealedSecret): string {
  const known = ofWhom.get(sealedSecret);
  if (known !== undefined) return known;
  const { metadata, spec } = sealedSecret;
  const { encryptedData, template, data } = spec;
  const { finalizers, type, immutable } = template;
  const said = [
    metadata.namespace, metadata.name, metadata.uid, scopeOf(metadata.annotations), sorted(encryptedData), data ?? null,
    sorted(template.data), sorted(template.labels), sorted(template.annotations), finalizers, type ?? null, immutable ?? null,
  ];
  const digest = createHash('sha256').update(JSON.stringify(said)).digest('base64');
  ofWhom.set(sealedSecret, digest);
  return digest;
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Keyed hash of values, so that a Secret can be compared with what was unsealed without opening anything. */
export function contentCode(key: SealingKey, data: ReadonlyMap<string, SecretBytes>): string {
  const code = createHmac('sha256', macKey(key)).update('content\0');
  for (const [name, value] of [...data].toSorted(([a], [b]) => (a < b ? -1 : 1))) code.update(`${name}\0${value.size}\0`).update(value.reveal());
  return code.digest('base64');
}

/** Notes an unsealing. */
export function proven(record: Omit<UnsealRecord, 'by' | 'proof'>, inputs: string, key: SealingKey): UnsealRecord {
  const whole = { ...record, by: key.certificate.fingerprint };
  return { ...whole, proof: proofOf(whole, inputs, key) };
}

/** Whether a record is ours, of these very inputs, and none of its keys has been withdrawn. */
export function isProven(record: UnsealRecord, inputs: string, keys: readonly SealingKey[]): boolean {
  const active = new Set(keys.map(({ certificate }) => certificate.fingerprint));
  const key = keys.find(({ certificate }) => certificate.fingerprint === record.by);
  if (key === undefined || !record.keys.every((fingerprint) => active.has(fingerprint))) return false;
  const [said, right] = [Buffer.from(record.proof), Buffer.from(proofOf(record, inputs, key))];
  return said.length === right.length && timingSafeEqual(said, right);
}

function proofOf({ secret, hold, keys, content }: Omit<UnsealRecord, 'by' | 'proof'>, inputs: string, key: SealingKey): string {
  return createHmac('sha256', macKey(key)).update(`proof\0${JSON.stringify([inputs, secret, hold, keys, content])}`).digest('base64');
}

const macKeys = new WeakMap<SealingKey, Buffer>();

/** HKDF of the private key: whoever has it may forge records, and can open everything anyway. */
function macKey(key: SealingKey): Buffer {
  const known = macKeys.get(key);
  if (known !== undefined) return known;
  const secret = key.privateKey.export({ type: 'pkcs8', format: 'der' });
  const made = Buffer.from(hkdfSync('sha256', secret, '', 'prelude.dev/unseal-record', 32));
  secret.fill(0);
  macKeys.set(key, made);
  return made;
}
