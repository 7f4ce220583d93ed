import type { ArrayStep, ObjectStep } from './gjson-path.ts';
import { arrayStep, objectStep } from './gjson-path.ts';
import { passesTest } from './gjson-query.ts';
import { jsonElements, jsonMembers } from './json-text.ts';
import { matchesWildcard } from './wildcard.ts';

/**
 * Follows a checked gjson path into a JSON value. Value and answer are raw JSON text, so that what is found is kept
 * as written; undefined where the path leads nowhere. The first of several equal keys counts, as in gjson.
 */
export function followPath(raw: string, path: string): string | undefined {
  if (raw.startsWith('{')) return followKey(raw, objectStep(path));
  if (raw.startsWith('[')) return followArray(raw, arrayStep(path));
  return undefined;
}

function followRest(raw: string, rest: string | undefined): string | undefined {
  return rest === undefined ? raw : followPath(raw, rest);
}

function followKey(raw: string, step: ObjectStep): string | undefined {
  for (const member of jsonMembers(raw)) {
    if (!(step.wild ? matchesWildcard(member.key, step.key) : member.key === step.key)) continue;
    const found = followRest(member.raw, step.rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function followArray(raw: string, step: ArrayStep): string | undefined {
  switch (step.kind) {
    case 'count':
      return String([...jsonElements(raw)].length);
    case 'index': {
      const element = jsonElements(raw).drop(step.index).next();
      return element.done === true ? undefined : followRest(element.value, step.rest);
    }
    case 'each':
      return joinFound([...jsonElements(raw)].map((element) => followPath(element, step.rest)));
    case 'query': {
      const hits = jsonElements(raw).filter((element) => passesQuery(element, step));
      if (step.all) return joinFound([...hits].map((element) => followRest(element, step.rest)));
      const first = hits.next();
      return first.done === true ? undefined : followRest(first.value, step.rest);
    }
    case 'none':
      return undefined;
    default:
      return step satisfies never;
  }
}

function passesQuery(element: string, { query }: Extract<ArrayStep, { readonly kind: 'query' }>): boolean {
  if (/^[{[]/.test(element)) return passesTest(followPath(element, query.path), query.test);
  // a query with a path asks about objects and arrays; others never pass, not even for being nothing
  return query.path === '' && passesTest(element, query.test);
}

function joinFound(found: readonly (string | undefined)[]): string {
  return `[${found.filter((raw) => raw !== undefined).join(',')}]`;
}
