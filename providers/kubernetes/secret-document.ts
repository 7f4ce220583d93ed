import { z } from 'zod';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';

const texts = z.record(z.string(), z.string());

/** A Secret as the API server has it. What is not named here is kept as it is, for when it is written back. */
const secret = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: texts.optional(), annotations: texts.optional(), resourceVersion: z.string().optional(), uid: z.string().optional() }),
  type: z.string().optional(),
  data: texts.nullish(),
});

const page = z.looseObject({ metadata: z.looseObject({ continue: z.string().optional() }), items: z.array(secret) });

const metadataPage = z.looseObject({
  kind: z.literal('PartialObjectMetadataList'),
  metadata: z.looseObject({ continue: z.string().optional(), remainingItemCount: z.number().optional() }),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }) })),
});

/** Which version each of some Secrets has. */
export interface VersionPage {
  readonly versions: ReadonlyMap<string, string>;
  /** How many Secrets come after these; absent where the server does not count. */
  readonly remaining?: number;
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export type SecretDocument = z.output<typeof secret>;

export interface SecretPage {
  readonly items: readonly SecretDocument[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

/** @throws ProviderError `unavailable` for what is no Secret; it is not quoted */
export function parseSecret(body: unknown): SecretDocument {
  const parsed = secret.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProviderError('unavailable', 'the API server answers with something that is no Secret');
}

/** @throws ProviderError `unavailable` for what is no list of Secrets */
export function parsePage(body: unknown): SecretPage {
  const parsed = page.safeParse(body);
  if (!parsed.success) throw new ProviderError('unavailable', 'the API server answers with something that is no list of Secrets');
  const { metadata, items } = parsed.data;
  return { items, ...(metadata.continue === undefined || metadata.continue === '' ? {} : { next: metadata.continue }) };
}

/** @throws ProviderError `unsupported` for what is no list of metadata alone: with the data it would be no cheaper than reading */
export function parseVersionPage(body: unknown): VersionPage {
  const parsed = metadataPage.safeParse(body);
  if (!parsed.success) throw new ProviderError('unsupported', 'the API server does not list the metadata of Secrets alone');
  const { metadata, items } = parsed.data;
  const { continue: next = '', remainingItemCount } = metadata;
  return {
    versions: new Map(items.map(({ metadata: { name, resourceVersion } }) => [name, resourceVersion])),
    ...(remainingItemCount === undefined ? {} : { remaining: remainingItemCount }),
    ...(next === '' ? {} : { next }),
  };
}

/** The data of a Secret: its keys are members, each with the bytes it has. */
export function dataOf({ data }: SecretDocument): MemberBytes {
  return new MemberBytes(new Map(Object.entries(data ?? {}).map(([key, base64]) => [key, new SecretBytes(Buffer.from(base64, 'base64'))])));
}

/** The labels and annotations of a Secret, as members of members: `labels.app.kubernetes.io/name` is one of them. */
export function metadataOf({ metadata: { labels = {}, annotations = {} } }: SecretDocument): MemberBytes {
  const membersOf = (written: Readonly<Record<string, string>>): MemberBytes => new MemberBytes(new Map(Object.entries(written).map(([key, text]) => [key, SecretBytes.fromUtf8(text)])));
  return new MemberBytes(new Map([['annotations', membersOf(annotations)], ['labels', membersOf(labels)]]));
}
