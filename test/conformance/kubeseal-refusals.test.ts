import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newSealingKey } from '../support/new-sealing-key.ts';
import { printed, type SealingPrograms, sealingPrograms } from '../support/sealed-programs.ts';
import { type BadInput, badInputFiles, differences, sameRefusals, Sealed } from '../support/sealed-refusals.ts';

let programs: SealingPrograms;
let sealed: Sealed;

beforeAll(async () => {
  programs = sealingPrograms(inject('parts').sealedSecrets.kubeseal);
  const [now, day] = [Date.now(), 86_400_000];
  const [good, expired, early, other] = await Promise.all([newSealingKey(), newSealingKey({ now: Date.UTC(2025, 0, 2), validFor: 1000 }), newSealingKey({ now: now + day }), newSealingKey()]);
  for (const [name, text] of Object.entries(badInputFiles({ good, expired, early, other }))) put(name, text);
  sealed = new Sealed(await printed(programs.theirs(['--raw', '--cert', 'cert.pem', '--namespace', 'n', '--name', 'a'], { stdin: 'one' })));
});
afterAll(() => programs.close());

function put(name: string, text: string): void {
  writeFileSync(join(programs.folder, name), text);
}

interface Ending {
  readonly code: number | null;
  readonly stderr: string;
}

/** Each with how both end: together, but for those that write the file that they are given. */
async function all<Row extends BadInput>(rows: readonly Row[]): Promise<readonly { readonly row: Row; readonly theirs: Ending; readonly ours: Ending }[]> {
  const together = await Promise.all(rows.filter(({ target }) => target === undefined).map(async (row) => ({ row, ...(await both(row)) })));
  for (const row of rows.filter(({ target }) => target !== undefined)) together.push({ row, ...(await both(row)) });
  return together;
}

async function both({ args, stdin = '', target }: BadInput): Promise<{ readonly theirs: Ending; readonly ours: Ending }> {
  const run = async (program: 'theirs' | 'ours'): Promise<Ending> => {
    if (target !== undefined) put('target.json', target);
    const { code, stderr } = await programs[program](args, { stdin });
    return { code, stderr };
  };
  const theirs = await run('theirs');
  return { theirs, ours: await run('ours') };
}

describe('What kubeseal and ours make of bad input', () => {
  it('is the same in 19 cases, to the byte', { timeout: 300_000 }, async () => {
    const rows = sameRefusals(sealed);
    expect(rows).toHaveLength(19);
    for (const { row, theirs, ours } of await all(rows)) {
      expect({ title: row.title, ...ours }).toEqual({ title: row.title, ...theirs });
      expect(ours).toEqual({ code: 1, stderr: expect.stringMatching(/^error: .*\n$/) });
    }
  });

  it('differs in 33 cases, and these are the differences', { timeout: 300_000 }, async () => {
    const rows = differences(sealed);
    expect(rows).toHaveLength(33);
    for (const { row: { title, theirs, ours }, ...ended } of await all(rows)) {
      const shown = ({ code, stderr }: Ending, wanted: string): unknown => [title, code, wanted === '' ? stderr : stderr.slice(0, wanted.length)];
      expect([shown(ended.theirs, theirs[1]), shown(ended.ours, ours[1])]).toEqual([[title, ...theirs], [title, ...ours]]);
    }
  });
});
