import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { crc32c } from './crc32c.ts';
import { service } from './errors.ts';
import { keyOf, versionNumber } from './project-location.ts';

const texts = z.record(z.string(), z.string());

const secretAnswer = z.object({
  name: z.string().min(1),
  labels: texts.default({}),
  annotations: texts.default({}),
  topics: z.array(z.object({ name: z.string() })).default([]),
  etag: z.string().default(''),
});

const accessAnswer = z.object({
  name: z.string(),
  payload: z.object({
    data: z.instanceof(Uint8Array),
    // present with the member of this name only: zero is a checksum, too
    _dataCrc32c: z.string().optional(),
    dataCrc32c: z.union([z.string(), z.number()]).optional(),
  }),
});

const versionAnswer = z.object({ name: z.string(), createTime: z.object({ seconds: z.coerce.number().default(0), nanos: z.number().default(0) }).nullish() });

/** A secret without its values. */
export interface SecretRecord {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly topics: readonly string[];
  readonly etag: string;
}

export interface AccessedVersion {
  readonly number: number;
  readonly value: SecretBytes;
}

export interface ListedVersion {
  readonly number: number;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** @throws ProviderError `unavailable` for what is no secret; it is not quoted */
export function readSecret(answer: unknown): SecretRecord {
  const parsed = secretAnswer.safeParse(answer);
  const key = parsed.success ? keyOf(parsed.data.name) : undefined;
  if (!parsed.success || key === undefined) throw nonsense('a secret');
  const { labels, annotations, topics, etag } = parsed.data;
  return { key, labels, annotations, topics: topics.map(({ name }) => name), etag };
}

/**
 * The value of a version, checked to be that of the secret asked for, and to be whole.
 * @throws ProviderError `unavailable`
 */
export function readAccess(answer: unknown, key: string | undefined): AccessedVersion {
  const parsed = accessAnswer.safeParse(answer);
  const number = parsed.success ? versionNumber(parsed.data.name) : undefined;
  if (!parsed.success || number === undefined || keyOf(parsed.data.name) !== key) throw nonsense('the version that was asked for');
  const { data, _dataCrc32c: present, dataCrc32c: checksum } = parsed.data.payload;
  if (present !== undefined && Number(checksum) !== crc32c(data)) throw new ProviderError('unavailable', `${service} sends a value that does not have the checksum that it says`);
  return { number, value: new SecretBytes(data) };
}

/** @throws ProviderError `unavailable` for what is no version */
export function readVersion(answer: unknown): ListedVersion {
  const parsed = versionAnswer.safeParse(answer);
  const number = parsed.success ? versionNumber(parsed.data.name) : undefined;
  if (!parsed.success || number === undefined) throw nonsense('a version');
  const { seconds = 0, nanos = 0 } = parsed.data.createTime ?? {};
  return { number, created: seconds + nanos / 1e9 };
}

function nonsense(wanted: string): ProviderError {
  return new ProviderError('unavailable', `${service} answers with something else than ${wanted}`);
}
