import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from './find-program.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-program-'));
  for (const name of ['a', 'b', 'c']) await mkdir(join(folder, name));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('findProgram', () => {
  it('takes the first file that may be run', async () => {
    await mkdir(join(folder, 'a', 'tool'));
    await writeFile(join(folder, 'b', 'tool'), '');
    await writeFile(join(folder, 'c', 'tool'), '');
    await chmod(join(folder, 'c', 'tool'), 0o755);

    expect(await findProgram('tool', `relative::${['a', 'b', 'c'].map((name) => join(folder, name)).join(':')}`)).toBe(join(folder, 'c', 'tool'));
  });

  it('finds nothing where there is nothing', async () => {
    expect(await findProgram('tool', folder)).toBeUndefined();
  });
});
