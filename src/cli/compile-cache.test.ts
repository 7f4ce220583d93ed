import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

const fileOf = (path: string): string => JSON.stringify(join(import.meta.dirname, path));

/** In a process of its own: it cannot be taken back. */
function saidBy(code: string, environment: Readonly<Record<string, string>>): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', `import { keepCompiled } from ${fileOf('compile-cache.ts')}; ${code}`], { env: environment, encoding: 'utf8' }).trim();
}

function keptBy(environment: Readonly<Record<string, string>>): string {
  return saidBy('console.log(keepCompiled(process.env, process.getuid()));', environment);
}

/** Says where it keeps what is compiled, and all that it has of an environment. */
const telling = `import { getCompileCacheDir } from 'node:module'; import { parentPort } from 'node:worker_threads'; parentPort.postMessage([getCompileCacheDir(), Object.keys(process.env)]);`;

describe('what V8 has compiled', () => {
  it('is kept in a folder of the user that nobody else may look into', () => {
    expect(keptBy({ XDG_CACHE_HOME: folder })).toBe('true');

    const own = join(folder, 'prelude/compiled');
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(readdirSync(own)).toHaveLength(1);
  });

  it('is kept there for the threads that render, too, which have nothing else of the environment', () => {
    const code = `import { RenderThread } from ${fileOf('../template/worker/render-thread.ts')};
      keepCompiled(process.env, process.getuid());
      const keepAlive = setTimeout(() => {}, 20_000);
      const program = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(telling)}));
      const thread = new RenderThread({ program, limits: { heapMiB: 64 }, idleMs: 1000, givesWay: true }, { onEnd: console.error, onReply: async (said) => { console.log(JSON.stringify(said)); await thread.end(); clearTimeout(keepAlive); } });`;

    const [folderOfThread, names]: [string, readonly string[]] = JSON.parse(saidBy(code, { PRELUDE_CACHE_DIR: folder, SECRET: 'x' }));

    expect(dirname(folderOfThread)).toBe(join(folder, 'compiled'));
    expect(names).toEqual(['NODE_COMPILE_CACHE']);
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
