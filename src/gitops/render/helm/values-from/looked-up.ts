import type { ClusterView } from '../../cluster-view.ts';
import { describeQuery } from '../../live/lookup-rule.ts';
import type { ChartValue, ChartValues } from '../chart.ts';
import { lookupKey, type LookupQuery } from '../engine/render-request.ts';
import { ChartError } from '../load/chart-error.ts';
import { isValues } from '../values/merge-values.ts';
import { textsOf } from './filled-values.ts';
import { standInText, type Variant } from './stand-in.ts';
import { isList } from './target-path.ts';

/** The cluster as the renders of one release see it. */
export interface LookedUp {
  /** With all that is there; Secrets that are found are noted. */
  readonly shown: ClusterView;
  /** The same, for renders that only tell what depends on something: what they ask does not count. */
  readonly aside: ClusterView;
  /** As `aside`, with something else for each value of a Secret: what comes out differently depends on it. */
  readonly other: (variant: Variant) => ClusterView;
  /** Texts of the Secrets that were found. */
  readonly secrets: () => readonly string[];
  /** Whether any was found, if only an empty one. */
  readonly holdsSecrets: () => boolean;
}

/** What is known of the values of a release before anything is looked up. */
export interface GivenValues {
  /** Texts of Secrets among them. */
  readonly secrets: readonly string[];
  /** Whether a name that holds this text may be made of what Git holds, and the Secret that holds it too is none of its sources. */
  readonly isInGit: (text: string) => boolean;
}

/** Texts of Secrets that one release may look up: each is searched for in all that it renders. */
const mostSecrets = 20_000;

/** Follows what a release looks up, so that values of Secrets can be told wherever they land. */
export function followLookups(live: ClusterView, given: GivenValues): LookedUp {
  const secrets = new Set<string>();
  const names = guardNames(given);
  let holdsSecrets = false;

  function note(query: LookupQuery, found: ChartValues): void {
    holdsSecrets = true;
    for (const text of secretsOf(found).flatMap(shownTexts)) {
      secrets.add(text);
      names.hide(text);
      if (secrets.size > mostSecrets) throw new ChartError(`lookup of ${describeQuery(query)}, with what was looked up before, holds more than ${mostSecrets} values of Secrets, as they are and encoded, which is more than a chart may look through; name the one that is meant`);
    }
  }

  const shown: ClusterView = {
    ...live,
    lookup: async (query, signal) => {
      names.check(query);
      const answer = await live.lookup(query, signal);
      if (answer.isSecret) note(query, answer.found);
      return answer;
    },
  };
  const aside: ClusterView = { ...shown, asked: () => {} };
  return {
    shown,
    aside,
    other: (variant) => ({
      ...aside,
      lookup: async (query, signal) => {
        names.check(query);
        const answer = await live.lookup(query, signal);
        return answer.isSecret ? { ...answer, found: withOthers(answer.found, variant) } : answer;
      },
    }),
    secrets: () => [...secrets],
    holdsSecrets: () => holdsSecrets,
  };
}

/** The name that is asked for goes into a URL, and so into the API server's logs. All else of a query is compared with what is known here. */
function guardNames({ secrets, isInGit }: GivenValues): { readonly hide: (text: string) => void; readonly check: (query: LookupQuery) => void } {
  const hidden = new Set(secrets.map((text) => text.toLowerCase()));
  const sent = new Set<string>();
  return {
    hide: (text) => void hidden.add(text.toLowerCase()),
    check: (query) => {
      const key = lookupKey(query);
      // what was sent before a Secret was found cannot depend on it
      if (sent.has(key)) return;
      const name = query.name.toLowerCase();
      for (const text of hidden) if (name.includes(text) && !isInGit(text)) throw new ChartError('a lookup is refused: its name holds a value of a Secret, which would stand in the logs of the API server');
      sent.add(key);
    },
  };
}

/** The Secret, or those of a list. */
function secretsOf(found: ChartValues): readonly ChartValues[] {
  return isList(found['items']) ? found['items'].filter(isValues) : [found];
}

/** The values of a Secret, as they stand there and as they are meant. */
function shownTexts({ data }: ChartValues): readonly string[] {
  if (!isValues(data)) return [];
  return Object.values(data).flatMap((encoded) => (typeof encoded === 'string' ? [...textsOf(encoded), ...textsOf(decoded(encoded) ?? null)] : []));
}

/** Undefined where the bytes are no text. */
function decoded(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

function withOthers(found: ChartValues, variant: Variant): ChartValues {
  if (isList(found['items'])) return { ...found, items: found['items'].map((item) => (isValues(item) ? withOthers(item, variant) : item)) };
  const { data } = found;
  return isValues(data) ? { ...found, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, otherValue(value, variant)])) } : found;
}

/** Text becomes other text of its shape, so that a chart which reads it can go on; other bytes become other bytes. */
function otherValue(encoded: ChartValue, variant: Variant): ChartValue {
  if (typeof encoded !== 'string') return encoded;
  const text = decoded(encoded);
  if (text === undefined) return Buffer.from(Buffer.from(encoded, 'base64').map((byte) => byte ^ masks[variant])).toString('base64');
  return Buffer.from(standInText(text, variant)).toString('base64');
}

/** With no bit in common, so that no byte is the same for both. */
const masks: readonly [number, number] = [0x55, 0x2a];
