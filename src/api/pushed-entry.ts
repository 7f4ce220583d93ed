import { z } from 'zod';
import { supportedOf } from './known-values.ts';

/**
 * One value and where it is pushed to: an entry of `spec.data`, and in `status.syncedPushSecrets` what of it is out there. It has
 * upstream's fields in both places, so that either controller can go on from what the other has left.
 */
export interface PushedEntry {
  readonly match: {
    /** Absent: the whole Secret, as a JSON object. */
    readonly secretKey?: string;
    readonly remoteRef: {
      readonly remoteKey: string;
      /** A member of the JSON object that is kept there; absent: all of it. */
      readonly property?: string;
    };
  };
  /** For the provider, in its own fields. */
  readonly metadata?: unknown;
  readonly conversionStrategy?: 'None' | 'ReverseUnicode';
}

/** What `status.syncedPushSecrets` holds: entries by `Kind/Name` of the store, and by remote key or `<remote key>/<property>`. */
export type SyncedEntries = Readonly<Record<string, Readonly<Record<string, PushedEntry>>>>;

/** How keys are read before they are looked up. */
export function reverseStrategy(): z.ZodLiteral<'None' | 'ReverseUnicode'> {
  return supportedOf(['None', 'ReverseUnicode'], ['None', 'ReverseUnicode']);
}

/** An entry of `spec.data`. An empty text says what an absent field says; External Secrets' Go types cannot tell them apart. */
export const pushedEntry = z
  .strictObject({
    match: z
      .strictObject({
        secretKey: z.string().exactOptional().describe('Key of the Secret, after its conversion; the whole Secret as a JSON object where absent.'),
        remoteRef: z
          .strictObject({
            remoteKey: z.string().min(1, 'must not be empty').describe('Name of the value at the provider.'),
            property: z.string().exactOptional().describe('Member of the JSON object that the provider keeps there; all of it where absent.'),
          })
          .describe('Where the value goes.'),
      })
      .describe('Which value goes where.'),
    metadata: z.unknown().exactOptional().describe("What the provider is to keep with the value, in the provider's own fields."),
    conversionStrategy: reverseStrategy().exactOptional().describe('ReverseUnicode undoes the conversion Unicode of keys; None where absent.'),
  })
  .transform(({ match: { secretKey = '', remoteRef: { remoteKey, property = '' } }, metadata, conversionStrategy }): PushedEntry => ({
    match: { ...(secretKey === '' ? {} : { secretKey }), remoteRef: { remoteKey, ...(property === '' ? {} : { property }) } },
    ...(metadata === undefined || metadata === null ? {} : { metadata }),
    ...(conversionStrategy === undefined ? {} : { conversionStrategy }),
  }));

/** `status.syncedPushSecrets`. */
export const syncedEntries = z.record(z.string(), z.record(z.string(), pushedEntry));
