import { z } from 'zod';
import { type Parsed, parse } from '../api/schema.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpClient } from '../lib/http.ts';
import type { Random } from '../lib/random.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { ChangeNotice, PlaceOf } from './change-notice.ts';

/** Where a secret of a source stands: a file, or a key of the folder that `secretsFolder` names. */
export type SecretFile = { readonly file: string } | { readonly key: string };

/** A field that says where a secret stands. It is never the secret itself. */
export function secretFile(): z.ZodType<SecretFile> {
  return z.union(
    [
      z.strictObject({ file: z.string().regex(/^\//, 'must be an absolute path').describe('The file that holds it.') }),
      z.strictObject({ key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be the name of a file in secretsFolder').describe('The key of the mounted Secret that holds it.') }),
    ],
    { error: 'must be {file: /path} or {key: name}: a secret never stands here itself' },
  );
}

/** One request of a sender. The body is read whole and bounded before. */
export interface NoticeDelivery {
  readonly method: 'POST' | 'OPTIONS';
  /** What follows the name of the source in the path, without a slash before it; usually empty. */
  readonly rest: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One event, whatever it is about; several notices where it names several values, none where it is about something else. */
export interface NoticeEvent {
  /** The sender's own: the same event sent again has the same. */
  readonly id: string;
  readonly notices: readonly ChangeNotice[];
}

/** What a delivery came to. Causes are ours, in constant words: they hold nothing of what was sent. */
export type Received =
  | { readonly kind: 'events'; readonly events: readonly NoticeEvent[] }
  /** The sender asks whether we want its events. */
  | { readonly kind: 'handshake'; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** It is not from whom it says, or not for us. */
  | { readonly kind: 'refused'; readonly cause: string }
  /** It is, and cannot be read. */
  | { readonly kind: 'malformed'; readonly cause: string }
  /** It cannot be told just now: the sender may try again. */
  | { readonly kind: 'unavailable'; readonly cause: string };

/** A source that is sent to us. */
export interface PushedSource {
  readonly kind: 'push';
  /** How long, in milliseconds, an event may be under way: that long its id is remembered. */
  readonly window: number;
  /** @throws the signal's reason */
  readonly receive: (delivery: NoticeDelivery, signal: AbortSignal) => Promise<Received>;
}

/** Takes events over; false: there is no room just now, and they are to be offered again later. */
export type TakeEvents = (events: readonly NoticeEvent[]) => boolean;

/** A source that is asked. */
export interface PulledSource {
  readonly kind: 'pull';
  /** Asks once, waiting for events for as long as the service lets it. @throws ProviderError; the signal's reason */
  readonly pull: (take: TakeEvents, signal: AbortSignal) => Promise<Pulled>;
  /** Ends connections. */
  readonly close: () => Promise<void>;
}

/** What one question came to. */
export interface Pulled {
  /** How many messages were answered for. */
  readonly taken: number;
  /** How many could not be read, and were answered for all the same: they would come again for ever. */
  readonly malformed: number;
  /** Whether some were left for later, because there was no room. */
  readonly full: boolean;
}

export type NoticeSource = PushedSource | PulledSource;

/** What a source may use. */
export interface NoticeContext {
  /** Asks services on the network. */
  readonly http: HttpClient;
  /** The same, also for the cloud's metadata service. */
  readonly ownHttp: HttpClient;
  /** The secret that a file holds, as it is now; white space around it is no part of it. @throws ProviderError `invalid`, naming the reference */
  readonly secret: (reference: SecretFile) => Promise<SecretBytes>;
  readonly clock: Clock;
  readonly random: Random;
}

/** How one kind of sender speaks. */
export interface NoticeFormat<Config> {
  /** `type` of a source. */
  readonly type: string;
  /** Describes the rest of it. */
  readonly schema: z.ZodType<Config>;
  /** The secrets that it names, so that a missing one is told at the start. */
  readonly secrets: (config: Config) => readonly SecretFile[];
  readonly open: (config: Config, context: NoticeContext) => NoticeSource;
}

/** A source whose configuration is parsed and closed over. */
export interface ConfiguredSource {
  readonly secrets: readonly SecretFile[];
  readonly open: (context: NoticeContext) => NoticeSource;
}

/** A format whose configuration's type is hidden, so that formats of many types fit one list. */
export interface ErasedFormat {
  readonly type: string;
  readonly parse: (config: unknown) => Parsed<ConfiguredSource>;
}

/** Closes over a format's Config. */
export function eraseFormat<Config>(format: NoticeFormat<Config>): ErasedFormat {
  return {
    type: format.type,
    parse: (input) => {
      const parsed = parse(format.schema, input);
      if (!parsed.ok) return parsed;
      const config = parsed.value;
      return { ok: true, value: { secrets: format.secrets(config), open: (context) => format.open(config, context) } };
    },
  };
}

/** What a provider's folder knows of events: where its stores are, and who tells of changes there. */
export interface ProviderEvents {
  /** The adapter's id. */
  readonly provider: string;
  readonly placeOf: PlaceOf;
  readonly formats: readonly ErasedFormat[];
}
