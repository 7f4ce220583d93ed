import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeAtomically } from './write-atomically.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that is written atomically', () => {
  it('is new with the mode that was asked for, and keeps the one that it has', async () => {
    const path = join(folder, 'a');
    await writeAtomically(path, 'one', { mode: 0o600 });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['one', 0o600]);
    chmodSync(path, 0o640);
    await writeAtomically(path, 'two');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['two', 0o640]);
  });

  it('is what a link leads to, not the link', async () => {
    writeFileSync(join(folder, 'b'), 'old');
    symlinkSync('b', join(folder, 'link'));
    await writeAtomically(join(folder, 'link'), 'new');
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('new');
  });

  it('leaves nothing behind where it cannot be put in its place', async () => {
    mkdirSync(join(folder, 'sub'));
    await expect(writeAtomically(join(folder, 'sub'), 'x')).rejects.toThrow('EISDIR');
    await expect(writeAtomically(join(folder, 'none', 'x'), 'x')).rejects.toThrow('ENOENT');
    expect(readdirSync(folder).toSorted()).toEqual(['a', 'b', 'link', 'sub']);
  });
});
