/** A version of JSON Schema. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

const drafts: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/schema', 2020],
  ['json-schema.org/draft/2020-12/schema', 2020],
  ['json-schema.org/draft/2019-09/schema', 2019],
  ['json-schema.org/draft-07/schema', 7],
  ['json-schema.org/draft-06/schema', 6],
  ['json-schema.org/draft-04/schema', 4],
]);

/** What a schema is read as that does not say. */
export const latestDraft: Draft = 2020;

/** The draft that `$schema` names; undefined for one that is not known. */
export function draftOf(url: string): Draft | undefined {
  return drafts.get(url.replace(/^https?:\/\//, '').replace(/#$/, ''));
}
