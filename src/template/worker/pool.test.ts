import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BundledThread, bundleThread } from '../../../test/support/template/bundled-thread.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RenderJob, RenderResult } from '../renderer.ts';
import { createRendererPool, type RendererPool, type RendererPoolOptions } from './pool.ts';

const data = new Map([['user', SecretBytes.fromUtf8('admin')], ['bytes', new SecretBytes(Uint8Array.of(0, 255, 128))]]);
const signal = new AbortController().signal;

/** It would take 2^60 steps. */
const spin = `${Array.from({ length: 60 }, (_, n) => `{{ define "${n + 1}" }}{{ template "${n}" }}{{ template "${n}" }}{{ end }}`).join('')}{{ define "0" }}{{ end }}{{ template "60" }}`;
const endless = { steps: Number.MAX_VALUE, milliseconds: 60_000 };

/** Threads start too often here to read all of their sources each time. */
let thread: BundledThread;
let pool: RendererPool | undefined;

beforeAll(async () => {
  thread = await bundleThread();
});

afterAll(() => {
  thread.remove();
});

afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

function open(options: Partial<RendererPoolOptions> = {}): RendererPool {
  pool = createRendererPool({ clock: systemClock, program: thread.program, ...options });
  return pool;
}

function job(template: string, change: Partial<RenderJob> = {}): RenderJob {
  return { name: 't', template: SecretBytes.fromUtf8(template), data, ...change };
}

async function render(tenant: string, ...templates: readonly string[]): Promise<readonly string[]> {
  const results = await pool!.render({ tenant, jobs: templates.map((template) => job(template)) }, signal);
  return results.map(textOf);
}

function textOf(result: RenderResult): string {
  if (!result.ok) return `${result.problem.kind}: ${result.problem.message}`;
  return result.kind === 'text' ? Buffer.from(result.output.reveal()).toString() : [...result.values.keys()].join();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

describe('a pool of threads', { timeout: 20_000 }, () => {
  it('answers the jobs of a request in their order', async () => {
    open();

    expect(await render('a', '{{ .user }}', '{{ .nobody }}', 'x', '{{')).toEqual([
      'admin',
      'template: template: t:1:3: executing "t" at <.nobody>: map has no entry for key "nobody"',
      'x',
      'template: template: t:1: unclosed action',
    ]);
    expect(await render('a')).toEqual([]);
  });

  it('gives back bytes as they were, and leaves what it was given', async () => {
    const [result] = await open().render({ tenant: 'a', jobs: [job('{{ .bytes }}')] }, signal);

    expect(result).toEqual({ ok: true, kind: 'text', output: new SecretBytes(Uint8Array.of(0, 255, 128)) });
    expect(result?.ok && result.kind === 'text' && [...result.output.reveal()]).toEqual([0, 255, 128]);
    expect([...data.get('bytes')!.reveal()]).toEqual([0, 255, 128]);
  });

  it('starts one ahead of the first request where it is told that there will be some', async () => {
    open();
    pool!.prepare();
    pool!.prepare();

    expect(pool!.threads()).toBe(1);
    expect(await render('a', '{{ .user }}')).toEqual(['admin']);
    expect(pool!.threads()).toBe(1);
    await pool!.close();
    pool!.prepare();
    expect(pool!.threads()).toBe(0);
  });

  it('starts a thread with the first request, and one is enough for a while', async () => {
    open();
    expect(pool!.threads()).toBe(0);
    for (let turn = 0; turn < 20; turn += 1) await render('a', '{{ .user }}');

    expect(pool!.threads()).toBe(1);
  });

  it('takes many requests of many tenants at once', async () => {
    open();
    const asked = Array.from({ length: 300 }, (_, index) => [`tenant-${index % 7}`, `${index}`] as const);

    const answers = await Promise.all(asked.map(([tenant, text]) => render(tenant, text, '{{ .user }}')));

    expect(answers).toEqual(asked.map(([, text]) => [text, 'admin']));
    expect(pool!.threads()).toBeLessThanOrEqual(8);
  });

  // which of two threads is done first is for the system to say; tenant-queue.test.ts shows the order in which they are asked
  it('lets tenants take turns', { retry: 3 }, async () => {
    open();
    const order: string[] = [];
    const ask = async (tenant: string, text: string): Promise<void> => {
      await render(tenant, text);
      order.push(text);
    };

    await Promise.all([ask('a', 'a1'), ask('a', 'a2'), ask('a', 'a3'), ask('a', 'a4'), ask('b', 'b1'), ask('c', 'c1'), ask('b', 'b2')]);

    expect(order.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a2'));
    expect(order.indexOf('c1')).toBeLessThan(order.indexOf('a2'));
    expect(order.indexOf('b2')).toBeLessThan(order.indexOf('a3'));
  });

  it('runs one request of a tenant at a time', async () => {
    open({ limits: { ...endless, milliseconds: 400 } });
    await render('b', 'warm');
    const started = performance.now();

    const [first, second] = await Promise.all([render('a', spin), render('a', 'x')]);

    expect([first, second]).toEqual([['limit: template: t: it takes longer than 0.4 s'], ['x']]);
    expect(performance.now() - started).toBeGreaterThan(395);
  });

  it('is there for others while some are stuck, with more threads than usual', async () => {
    open({ limits: endless, size: 2 });
    await render('a', 'warm');
    const abort = new AbortController();
    const stuck = ['a', 'b', 'c', 'd'].map((tenant) => pool!.render({ tenant, jobs: [job(spin)] }, abort.signal));
    const ended = Promise.allSettled(stuck);

    expect(await render('e', '{{ .user }}')).toEqual(['admin']);
    expect(pool!.threads()).toBeGreaterThanOrEqual(5);
    expect(pool!.threads()).toBeLessThanOrEqual(8);
    abort.abort(new Error('enough'));
    expect((await ended).map((one) => (one.status === 'rejected' ? one.reason.message : one.status))).toEqual(Array.from({ length: 4 }, () => 'enough'));
  });

  it('has never more than eight threads', async () => {
    open({ limits: endless });
    const abort = new AbortController();
    const stuck = Promise.allSettled(Array.from({ length: 12 }, (_, index) => pool!.render({ tenant: `${index}`, jobs: [job(spin)] }, abort.signal)));
    await until(() => pool!.threads() === 8);
    const counts: number[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      await sleep(50);
      counts.push(pool!.threads());
    }
    abort.abort();
    await stuck;

    expect(Math.max(...counts)).toBe(8);
    expect(await render('x', '{{ .user }}')).toEqual(['admin']);
  });

  it('ends threads that have been idle for a while, but the last', async () => {
    open({ limits: endless, idleMs: 100 });
    await render('x', 'warm');
    const abort = new AbortController();
    const stuck = pool!.render({ tenant: 'a', jobs: [job(spin)] }, abort.signal).catch(() => {});
    await render('b', 'x');
    abort.abort();
    await stuck;
    await Promise.all(['a', 'b', 'c'].map((tenant) => render(tenant, 'x')));

    await until(() => pool!.threads() === 1);
    await sleep(300);
    expect(pool!.threads()).toBe(1);
    expect(await render('a', 'x')).toEqual(['x']);
  });

  it('runs from the sources as well', async () => {
    pool = createRendererPool({ clock: systemClock });

    expect(await render('a', '{{ .user | upper }}')).toEqual(['ADMIN']);
  });

  it.each([
    ['puts its threads behind the thread that it serves', {}, 5],
    ['leaves them beside it where it is told to', { givesWay: false }, getPriority()],
  ])('%s, where the system knows priorities of threads', async (_what, options, priority) => {
    if (process.platform !== 'linux') return;
    await open(options).render({ tenant: 'a', jobs: [job('x')] }, signal);

    const threads = readdirSync('/proc/self/task').map((id) => /^\d+ \((?<name>.*)\) (?<rest>.*)$/s.exec(readFileSync(`/proc/self/task/${id}/stat`, 'utf8'))?.groups);
    const nice = (name: string): (string | undefined)[] => threads.flatMap((one) => (one?.['name'] === name ? [one['rest']?.split(' ')[16]] : []));
    expect(nice('template')).toEqual([String(priority)]);
    expect(threads.filter((one) => one?.['name'] !== 'template' && one?.['rest']?.split(' ')[16] === '5')).toEqual([]);
  });
});

describe('a request beyond its limits', { timeout: 20_000 }, () => {
  it('of time ends its thread; what was done until then stays', async () => {
    open({ limits: { ...endless, milliseconds: 300 } });

    expect(await render('a', '{{ .user }}', spin, 'x')).toEqual([
      'admin',
      'limit: template: t: it takes longer than 0.3 s',
      'limit: template: t: it was not rendered, because of a template before it that went beyond a limit',
    ]);
    expect(await render('a', '{{ .user }}')).toEqual(['admin']);
  });

  it('of memory ends its thread and nothing else', async () => {
    open({ limits: { ...endless, allocatedBytes: Number.MAX_VALUE, heapMiB: 32 } });
    const big = new Map([['big', new SecretBytes(new Uint8Array(100_000))]]);
    const grow = spin.replace('{{ define "0" }}', '{{ define "0" }}{{ printf "%q" $ }}').replaceAll(/\{\{ template "(\d+)" \}\}/g, '{{ template "$1" . }}').replace('{{ template "60" . }}', '{{ template "60" .big }}');

    const results = await pool!.render({ tenant: 'a', jobs: [job('x'), job(grow, { data: big })] }, signal);

    expect(results.map(textOf)).toEqual(['x', 'limit: template: t: it takes more than 32 MiB of memory']);
    expect(await render('b', '{{ .user }}')).toEqual(['admin']);
  });

  it('of input is not even begun', async () => {
    open({ limits: { inputBytes: 20 } });

    expect(await render('a', 'x'.repeat(21), 'y')).toEqual(Array.from({ length: 2 }, () => 'limit: the templates and their data are larger than 20 bytes'));
    expect(pool!.threads()).toBe(0);
  });

  it('is answered from memory for a while', async () => {
    let passed = 0;
    let deadlines = 0;
    const clock: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() + passed,
      after: (ms, run) =>
        systemClock.after(ms, () => {
          if (ms === 300) deadlines += 1;
          run();
        }),
    };
    open({ clock, limits: { ...endless, milliseconds: 300 } });
    const ask = async (...templates: readonly string[]): Promise<readonly [string, number]> => {
      const before = deadlines;
      const answers = await render('a', ...templates);
      return [answers.join('; '), deadlines - before];
    };
    const problem = 'limit: template: t: it takes longer than 0.3 s';

    expect(await ask(spin)).toEqual([problem, 1]);
    expect(await ask(spin)).toEqual([problem, 0]);
    expect(await ask('{{ .user }}', spin)).toEqual([`admin; ${problem}`, 1]);
    expect(await ask('{{ .user }}', spin)).toEqual([`admin; ${problem}`, 0]);
    passed += 30_000;
    expect(await ask(spin)).toEqual([problem, 1]);
    passed += 59_000;
    expect(await ask(spin)).toEqual([problem, 0]);
  });

  it('waits its turn in a queue that is bounded', async () => {
    open({ limits: endless, queue: { ofTenant: 1, inAll: 2 } });
    const abort = new AbortController();
    const ask = (tenant: string): Promise<readonly RenderResult[]> => pool!.render({ tenant, jobs: [job('x')] }, abort.signal);
    const waiting = Promise.allSettled([ask('a'), ask('b')]);

    expect((await ask('a')).map(textOf)).toEqual(['limit: too many requests of a wait to be rendered']);
    expect((await ask('c')).map(textOf)).toEqual(['limit: too many requests wait to be rendered']);
    expect((await waiting).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    // a full queue is nothing to remember
    expect((await ask('c')).map(textOf)).toEqual(['x']);
  });
});

describe('a request that is aborted', { timeout: 20_000 }, () => {
  it('fails with the reason, at once, whether it waits or runs', async () => {
    open({ limits: endless });
    await render('a', 'warm');
    const [running, waiting] = [new AbortController(), new AbortController()];
    const first = pool!.render({ tenant: 'a', jobs: [job(spin)] }, running.signal);
    const second = pool!.render({ tenant: 'a', jobs: [job(spin)] }, waiting.signal);
    const third = render('a', '{{ .user }}');

    waiting.abort(new Error('second'));
    await expect(second).rejects.toThrow('second');
    running.abort(new Error('first'));
    await expect(first).rejects.toThrow('first');
    expect(await third).toEqual(['admin']);
  });

  it('before it was made is not begun', async () => {
    open();

    await expect(pool!.render({ tenant: 'a', jobs: [job('x')] }, AbortSignal.abort(new Error('early')))).rejects.toThrow('early');
    expect(pool!.threads()).toBe(0);
  });
});

describe('the end of a pool', { timeout: 20_000 }, () => {
  it('ends its threads, and what runs and waits', async () => {
    open({ limits: endless });
    await render('a', 'warm');
    const all = Promise.allSettled([render('a', spin), render('a', 'x'), render('b', 'x')]);
    await pool!.close();

    expect(pool!.threads()).toBe(0);
    const settled = await all;
    expect(settled.map((one) => (one.status === 'rejected' ? one.reason.message : one.status))).toEqual(Array.from({ length: 3 }, () => 'the template renderer is closed'));
    await expect(render('a', 'x')).rejects.toThrow('the template renderer is closed');
    await pool!.close();
  });

  it('may come before its beginning', async () => {
    await open().close();
    expect(pool!.threads()).toBe(0);
  });

  it('is not needed for the process to end', () => {
    const program = `
      import { createRendererPool } from ${JSON.stringify(new URL('pool.ts', import.meta.url).href)};
      import { systemClock } from ${JSON.stringify(new URL('../../lib/clock.ts', import.meta.url).href)};
      import { SecretBytes } from ${JSON.stringify(new URL('../../lib/secret-bytes.ts', import.meta.url).href)};
      const pool = createRendererPool({ clock: systemClock });
      const jobs = [{ name: 't', template: SecretBytes.fromUtf8('{{ .a }}!'), data: new Map([['a', SecretBytes.fromUtf8('rendered')]]) }];
      const results = await Promise.all(['a', 'b', 'c'].map((tenant) => pool.render({ tenant, jobs }, new AbortController().signal)));
      for (const [result] of results) process.stdout.write(result.output.reveal());
    `;

    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 15_000 });

    expect([run.status, run.stdout, run.stderr]).toEqual([0, 'rendered!rendered!rendered!', '']);
  });
});

describe('a pool whose threads cannot start', { timeout: 20_000 }, () => {
  it('says so, each time, and stays no longer', async () => {
    open({ program: new URL('./missing.ts', import.meta.url) });

    for (let turn = 0; turn < 2; turn += 1) await expect(Promise.all([render('a', 'x'), render('b', 'x')])).rejects.toThrow('no thread for templates could be started');
    expect(pool!.threads()).toBe(0);
  });

  it('does so where their program ends by itself', async () => {
    open({ program: new URL('data:text/javascript,process.exit(0)') });

    await expect(render('a', 'x')).rejects.toThrow('no thread for templates could be started');
  });
});
