import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { upstreamBehaviours } from './conformance/upstream-behaviours.ts';
import { readSource } from './support/source-file.ts';
import { createTitleIndex } from './support/test-titles.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** The contracts that tests import, by whether those tests run against a real API server. */
const imported = new Map<string, Set<'fast' | 'real'>>();
for (const path of globSync('{src,providers,test}/**/*.test.ts', { cwd: root })) {
  const kind = path.startsWith('test/conformance/') ? 'real' : 'fast';
  for (const { target } of readSource(path, read(path)).imports.filter((one) => one.target.endsWith('.contract.ts'))) {
    imported.set(target, (imported.get(target) ?? new Set()).add(kind));
  }
}
// a contract may be made of another
for (const path of globSync('test/contract/*.contract.ts', { cwd: root })) {
  for (const { target } of readSource(path, read(path)).imports.filter((one) => one.target.endsWith('.contract.ts'))) {
    imported.set(target, new Set([...(imported.get(target) ?? []), ...(imported.get(path) ?? [])]));
  }
}

const holds = createTitleIndex(root);

const groups = Object.entries(upstreamBehaviours).map(([group, behaviours]) => {
  const otherwise = behaviours.filter((behaviour) => 'differs' in behaviour).length;
  const real = behaviours.filter(({ test: { file } }) => imported.get(file)?.has('real') === true || (file.startsWith('test/conformance/') && !file.startsWith('test/conformance/template/'))).length;
  return { group, behaviours, total: behaviours.length, asUpstream: behaviours.length - otherwise, otherwise, real };
});

describe("External Secrets' behaviours", () => {
  it.each(groups)('of $group: $total, $asUpstream of them as upstream and $otherwise deliberately otherwise, $real shown on a real API server', ({ behaviours }) => {
    expect(behaviours.filter(({ test }) => !holds(test)).map(({ id, test }) => `${id}: ${test.file} has no test "${test.title}"`)).toEqual([]);
  });

  it('each have a name of their own', () => {
    const ids = groups.flatMap(({ behaviours }) => behaviours.map(({ id }) => id));

    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('that are shown by a contract are shown by one that runs, also on a real API server', () => {
    const files = new Set(groups.flatMap(({ behaviours }) => behaviours.map(({ test }) => test.file)).filter((file) => file.endsWith('.contract.ts')));

    expect([...files].filter((file) => imported.get(file)?.size !== 2)).toEqual([]);
  });

  it('add up', () => {
    const sum = (count: (group: (typeof groups)[number]) => number): number => groups.reduce((total, group) => total + count(group), 0);

    expect({ total: sum(({ total }) => total), otherwise: sum(({ otherwise }) => otherwise), real: sum(({ real }) => real) }).toMatchInlineSnapshot(`
      {
        "otherwise": 30,
        "real": 322,
        "total": 461,
      }
    `);
  });
});
