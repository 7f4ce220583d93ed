import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepCompiled } from './compile-cache.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compiled-'));
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

/** In a process of its own: it cannot be taken back. */
function keptBy(environment: Readonly<Record<string, string>>): string {
  const code = `import { keepCompiled } from ${JSON.stringify(join(import.meta.dirname, 'compile-cache.ts'))}; console.log(keepCompiled(process.env, process.getuid()));`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', code], { env: environment, encoding: 'utf8' }).trim();
}

describe('what V8 has compiled', () => {
  it('is kept in a folder of the user that nobody else may look into', () => {
    expect(keptBy({ XDG_CACHE_HOME: folder })).toBe('true');

    const own = join(folder, 'prelude/compiled');
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(readdirSync(own)).toHaveLength(1);
  });

  it.each([
    ['others may write there', () => chmodSync(mkdirSync(join(folder, 'compiled'), { recursive: true }) ?? '', 0o777)],
    ['a link leads elsewhere', () => symlinkSync(tmpdir(), join(folder, 'compiled'))],
  ])('is not kept where %s', (_why, prepare) => {
    prepare();

    expect(keepCompiled({ PRELUDE_CACHE_DIR: folder }, process.getuid?.())).toBe(false);
  });

  it('is not kept where the folder is somebody else\'s, where none can be made, and where Node.js has been told otherwise', () => {
    expect(keepCompiled({ PRELUDE_CACHE_DIR: folder }, 12_345)).toBe(false);
    expect(keepCompiled({ PRELUDE_CACHE_DIR: '/dev/null' }, process.getuid?.())).toBe(false);
    expect(keepCompiled({ PRELUDE_CACHE_DIR: folder, NODE_DISABLE_COMPILE_CACHE: '1' }, process.getuid?.())).toBe(false);
  });
});
