import { mkdtemp, readFile, rm, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec, type ExecOptions } from './exec.ts';
import { ExecError } from './exec-error.ts';

const node = process.execPath;
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'exec-')));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function script(source: string, options: Partial<ExecOptions> = {}, args: readonly string[] = []): Promise<Buffer> {
  return exec(node, ['-e', source, '--', ...args], { signal: new AbortController().signal, deadline: 20_000, ...options });
}

async function errorOf(run: Promise<unknown>): Promise<ExecError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ExecError) return error;
  throw new Error('no ExecError was thrown', { cause: error });
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

describe('exec', () => {
  it('answers stdout, byte by byte', async () => {
    const stdout = await script('process.stdout.write(Buffer.from([0, 255, 10]))');

    expect([...stdout]).toEqual([0, 255, 10]);
  });

  it('hands arguments over as they are: no shell reads them', async () => {
    const args = ['$(id)', '; echo x', '`id`', 'a b', '"', '*', ''];

    const stdout = await script('console.log(JSON.stringify(process.argv.slice(1)))', {}, args);

    expect(JSON.parse(stdout.toString())).toEqual(args);
  });

  it('hands stdin over and runs in the folder given', async () => {
    const stdout = await script('process.stdin.on("data", (d) => process.stdout.write(process.cwd() + d))', { stdin: '!x', cwd: folder });

    expect(stdout.toString()).toBe(`${folder}!x`);
  });

  it('gives the child no environment but the one named', async () => {
    process.env['EXEC_TEST_SECRET'] = 'x';

    const stdout = await script('console.log(JSON.stringify(Object.keys(process.env).sort()))', { env: { ONE: '1' }, inherit: ['PATH', 'EXEC_TEST_UNSET'] });

    delete process.env['EXEC_TEST_SECRET'];
    expect(JSON.parse(stdout.toString())).toEqual(['ONE', 'PATH']);
  });

  it('reports the exit code and the redacted end of stderr, and no argument', async () => {
    const source = 'process.stderr.write("x".repeat(9000) + " fatal: token hunter2 refused"); process.exit(3)';

    const error = await errorOf(script(source, { redact: (text) => text.replaceAll('hunter2', '***') }, ['--password=canary']));

    expect(error).toMatchObject({ kind: 'failed', exitCode: 3 });
    expect(error.message).toMatch(/^node failed with exit code 3: x+ fatal: token \*\*\* refused$/);
    expect(error.stderr.length).toBeLessThanOrEqual(2048);
    expect(error.message).not.toMatch(/hunter2|canary/);
  });

  it('says so when the program is not there', async () => {
    const error = await errorOf(exec('no-such-program', [], { signal: new AbortController().signal, deadline: 1000 }));

    expect(error).toMatchObject({ kind: 'missing', message: 'no-such-program cannot be run; is it installed and in PATH?' });
  });

  it('stops a program that writes too much', async () => {
    const error = await errorOf(script('setInterval(() => process.stdout.write("x".repeat(65536)), 1)', { stdoutLimit: 100_000 }));

    expect(error).toMatchObject({ kind: 'tooLarge', message: 'node wrote more than 100000 bytes' });
  });

  it('stops a program at its deadline', async () => {
    const error = await errorOf(script('setInterval(() => {}, 1000)', { deadline: 100 }));

    expect(error).toMatchObject({ kind: 'timeout', message: 'node did not end within 100 ms' });
  });

  it('ends the whole process group when the signal aborts, also where it does not want to', async () => {
    const controller = new AbortController();
    const file = join(folder, 'pid');
    const source = `
      process.on('SIGTERM', () => {});
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      require('node:fs').writeFileSync(process.argv[1] + '.tmp', String(child.pid));
      require('node:fs').renameSync(process.argv[1] + '.tmp', process.argv[1]);
      setInterval(() => {}, 1000)`;
    const run = script(source, { signal: controller.signal }, [file]);
    const outcome = expect(run).rejects.toThrow('enough');
    let pid = Number.NaN;
    while (Number.isNaN(pid)) pid = Number(await readFile(file, 'utf8').catch(() => 'none'));

    controller.abort(new Error('enough'));

    await outcome;
    expect(await isGone(pid)).toBe(true);
  });

  it('leaves nothing behind that does not want to end, where this process ends first', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); const fs = require('node:fs'); fs.writeFileSync('pid.tmp', String(process.pid)); fs.renameSync('pid.tmp', 'pid'); setTimeout(() => {}, 30_000);`;
    const ours = `
      import { existsSync } from 'node:fs';
      import { exec } from ${JSON.stringify(join(import.meta.dirname, 'exec.ts'))};
      const stop = new AbortController();
      exec(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { signal: stop.signal, deadline: 60_000 }).catch(() => {});
      while (!existsSync('pid')) await new Promise((resolve) => setTimeout(resolve, 20));
      stop.abort();
      process.exit();`;

    await exec(node, ['--input-type=module', '-e', ours], { signal: new AbortController().signal, deadline: 15_000, cwd: folder });

    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect(await isGone(pid)).toBe(true);
  });

  it('starts nothing once the signal has aborted', async () => {
    const signal = AbortSignal.abort(new Error('too late'));

    await expect(exec('no-such-program', [], { signal, deadline: 1000 })).rejects.toThrow('too late');
  });

  it('refuses an argument with a NUL byte without quoting it', async () => {
    const error = await errorOf(script('', {}, ['canary\0']));

    expect(error.message).toBe('node cannot be given an argument that holds a NUL byte');
  });

  it('survives a program that ends without reading its input', async () => {
    const stdout = await script('process.exit(0)', { stdin: Buffer.alloc(1 << 20) });

    expect(stdout).toHaveLength(0);
  });
});
