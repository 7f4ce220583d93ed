import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledThread, bundleThread } from '../../../test/support/template/bundled-thread.ts';
import { harmless, refused } from '../../../test/support/template/hostile-templates.ts';
import { systemClock } from '../../lib/clock.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { RenderResult } from '../renderer.ts';
import { defaultLimits } from './limits.ts';
import { createRendererPool, type RendererPool } from './pool.ts';

let thread: BundledThread;
let pool: RendererPool;
let heapBefore: number;
let attempts = 0;

/** Less work than usual, for there are many of them; as much memory. */
const limits = { ...defaultLimits, steps: 400_000 };

/** What is measured is time, and the machine may have other things to do. */
const patient = { timeout: 20_000, retry: 2 };

beforeAll(async () => {
  thread = await bundleThread();
  pool = createRendererPool({ clock: systemClock, size: 2, program: thread.program, limits });
  await render('warm', '{{ .user }}');
  heapBefore = memory();
});

afterAll(async () => {
  await pool.close();
  thread.remove();
});

interface Answer {
  readonly result: RenderResult | undefined;
  readonly ms: number;
}

async function render(tenant: string, template: string): Promise<Answer> {
  const job = { name: 't', template: SecretBytes.fromUtf8(template), data: new Map([['user', SecretBytes.fromUtf8('admin')]]) };
  const start = performance.now();
  const [result] = await pool.render({ tenant, jobs: [job] }, new AbortController().signal);
  return { result, ms: performance.now() - start };
}

/** Renders it while another tenant renders what everybody does, and sees that the other hardly notices. */
async function renderBesideAnother(template: string): Promise<RenderResult | undefined> {
  // another one each time, or a second try is answered from memory
  attempts += 1;
  const [hostile, other] = await Promise.all([render(`hostile ${attempts}`, template), render('other', '{{ .user | upper }}')]);
  expect(textOf(other.result)).toBe('ADMIN');
  expect(other.ms).toBeLessThan(1_000);
  expect(hostile.ms).toBeLessThan(limits.milliseconds + 1_000);
  return hostile.result;
}

function textOf(result: RenderResult | undefined): string {
  if (result?.ok !== true) return result?.problem.message ?? 'nothing';
  return result.kind === 'text' ? Buffer.from(result.output.reveal()).toString() : [...result.values.keys()].join();
}

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe.each(Object.entries(refused))('hostile templates: %s', (_, templates) => {
  it.each(Object.entries(templates))('%s', patient, async (_, template) => {
    const result = await renderBesideAnother(template);

    expect(result).toMatchObject({ ok: false });
  });
});

describe('strange templates', () => {
  it.each(Object.entries(harmless))('%s', patient, async (_, [template, output]) => {
    const result = await renderBesideAnother(template);

    expect(textOf(result)).toBe(output);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('after all of them', () => {
  it('the process has the threads and the memory that it had', () => {
    expect(pool.threads()).toBeLessThanOrEqual(2);
    expect(memory() - heapBefore).toBeLessThan(64 * 1024 * 1024);
  });

  it('many of them at once leave room for another tenant', patient, async () => {
    const [endless] = Object.values(refused['endless work'] ?? {});
    const hostile = Array.from({ length: 5 }, (_, index) => render(`hostile ${index}`, `${endless} ${index}`));

    const other = await render('other', '{{ .user }}');

    expect(textOf(other.result)).toBe('admin');
    expect(other.ms).toBeLessThan(3_000);
    for (const { result } of await Promise.all(hostile)) expect(result).toMatchObject({ ok: false, problem: { kind: 'limit' } });
  });
});
