import type { ArrayStep, ObjectStep } from './gjson-path.ts';
import { arrayStep, objectStep } from './gjson-path.ts';
import { passesTest } from './gjson-query.ts';
import { jsonElements, jsonMembers } from './json-text.ts';
import { matchesWildcard } from './wildcard.ts';

/** Told how many characters are about to be gone over; throws where that is too much. */
export type Charge = (characters: number) => void;

/**
 * Follows a checked gjson path into a JSON value. Value and answer are raw JSON text, so that what is found is kept
 * as written; undefined where the path leads nowhere. The first of several equal keys counts, as in gjson.
 * @param charge told of every text within the value that is gone over once more, with the path that is read for it
 * @throws what `charge` throws
 */
export function followPath(raw: string, path: string, charge: Charge): string | undefined {
  if (raw.startsWith('{')) return followKey(raw, objectStep(path), charge);
  if (raw.startsWith('[')) return followArray(raw, arrayStep(path), charge);
  return undefined;
}

/** How many characters of JSON are gone over in the time that one of a path takes. */
const pathWeight = 16;

/** The same one level deeper, where the text was gone over before. */
function followInto(raw: string, path: string, charge: Charge): string | undefined {
  charge(raw.length + path.length * pathWeight);
  return followPath(raw, path, charge);
}

function followRest(raw: string, rest: string | undefined, charge: Charge): string | undefined {
  return rest === undefined ? raw : followInto(raw, rest, charge);
}

function followKey(raw: string, step: ObjectStep, charge: Charge): string | undefined {
  for (const member of jsonMembers(raw)) {
    if (!(step.wild ? matchesWildcard(member.key, step.key) : member.key === step.key)) continue;
    const found = followRest(member.raw, step.rest, charge);
    if (found !== undefined) return found;
  }
  return undefined;
}

function followArray(raw: string, step: ArrayStep, charge: Charge): string | undefined {
  switch (step.kind) {
    case 'count':
      return String([...jsonElements(raw)].length);
    case 'index': {
      const element = jsonElements(raw).drop(step.index).next();
      return element.done === true ? undefined : followRest(element.value, step.rest, charge);
    }
    case 'each':
      return joinFound([...jsonElements(raw)].map((element) => followInto(element, step.rest, charge)));
    case 'query': {
      const hits = jsonElements(raw).filter((element) => passesQuery(element, step, charge));
      if (step.all) return joinFound([...hits].map((element) => followRest(element, step.rest, charge)));
      const first = hits.next();
      return first.done === true ? undefined : followRest(first.value, step.rest, charge);
    }
    case 'none':
      return undefined;
    default:
      return step satisfies never;
  }
}

function passesQuery(element: string, { query }: Extract<ArrayStep, { readonly kind: 'query' }>, charge: Charge): boolean {
  if (/^[{[]/.test(element)) return passesTest(followInto(element, query.path, charge), query.test);
  // a query with a path asks about objects and arrays; others never pass, not even for being nothing
  return query.path === '' && passesTest(element, query.test);
}

function joinFound(found: readonly (string | undefined)[]): string {
  return `[${found.filter((raw) => raw !== undefined).join(',')}]`;
}
