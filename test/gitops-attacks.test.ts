import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attacks } from './conformance/gitops/attacks.ts';
import { createTitleIndex } from './support/test-titles.ts';

const holds = createTitleIndex(fileURLToPath(new URL('..', import.meta.url)));

const groups = Object.entries(attacks).map(([group, known]) => ({ group, known, total: known.length, refused: known.filter((attack) => 'tests' in attack).length }));
const all = groups.flatMap(({ known }) => known);

describe('attacks on what releases from Git', () => {
  it.each(groups)('of $group: $total, $refused of them refused, each with the tests that show it', ({ known }) => {
    const missing = known.flatMap((attack) => ('tests' in attack ? attack.tests.filter((test) => !holds(test)).map(({ file, title }) => `${attack.id}: ${file} has no test "${title}"`) : []));
    expect(missing).toEqual([]);
    expect(known.filter((attack) => 'tests' in attack && attack.tests.length === 0).map(({ id }) => id)).toEqual([]);
  });

  it('each have a name of their own', () => {
    const ids = all.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('that have no place here say why, in a sentence', () => {
    const reasons = all.flatMap((attack) => ('impossible' in attack ? [attack.impossible] : []));
    expect(reasons.filter((reason) => reason.length < 40)).toEqual([]);
  });

  it('add up', () => {
    expect({ total: all.length, refused: all.filter((attack) => 'tests' in attack).length }).toEqual({ total: 60, refused: 54 });
  });
});
