import { afterEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { sleep } from '../../lib/sleep.ts';
import type { Server } from '../listen-at.ts';
import { createSealingServer, type SealingData } from './sealing-server.ts';

const grid = 250;
let server: Server | undefined;

afterEach(() => server?.close());

const admitting: SealingData = { certificate: () => 'PEM', verify: () => Promise.resolve(true), rotate: () => Promise.resolve('{}'), admit: () => Promise.resolve('admitted') };

async function listen(clock: FakeClock, data: Partial<SealingData>): Promise<string> {
  server = await createSealingServer({ host: '127.0.0.1', port: 0, data: { ...admitting, ...data }, clock, grid });
  return `http://127.0.0.1:${server.port}`;
}

/** When an answer comes, by the clock that the test moves, and the whole of it. */
async function timed(clock: FakeClock, url: string, body: string): Promise<readonly [number, string]> {
  const startedAt = clock.monotonic();
  const state: { end?: number } = {};
  const asked = fetch(url, { method: 'POST', body }).then(async (response) => {
    const text = await response.text();
    state.end = clock.monotonic() - startedAt;
    return `${response.status} ${text} ${[...response.headers].filter(([name]) => name !== 'date').map(String).join(' ')}`;
  });
  while (state.end === undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
    if (clock.pending() > 0) await clock.advance(1);
  }
  return [state.end, await asked];
}

describe('what is asked about values', { timeout: 30_000 }, () => {
  const causes: Readonly<Record<string, (clock: FakeClock) => Promise<boolean>>> = {
    'nothing to look at': () => Promise.resolve(false),
    'a few milliseconds of looking': (clock) => sleep(clock, 7, new AbortController().signal).then(() => false),
    'many of them': (clock) => sleep(clock, 180, new AbortController().signal).then(() => false),
    'an exception': (clock) => sleep(clock, 20, new AbortController().signal).then(() => Promise.reject(new Error('canary'))),
  };

  it.each(Object.entries(causes))('is answered on the grid and in the same words, whatever the cause: %s', async (_cause, look) => {
    const clock = createFakeClock();
    const url = await listen(clock, { verify: () => look(clock), rotate: () => look(clock).then(() => undefined) });
    const reference = '409  cache-control,no-store connection,close content-length,0 content-type,text/plain; charset=utf-8 x-content-type-options,nosniff';
    for (const path of ['/v1/verify', '/v1/rotate']) {
      const [took, answer] = await timed(clock, `${url}${path}`, 'x');
      expect([Math.round(took / grid) * grid, Math.abs(took - grid) <= 3, answer]).toEqual([grid, true, reference]);
    }
  });

  it('takes a further step of the grid where it takes longer, and no less for a good answer', async () => {
    const clock = createFakeClock();
    const url = await listen(clock, { verify: () => sleep(clock, 300, new AbortController().signal).then(() => true) });
    const [took, answer] = await timed(clock, `${url}/v1/verify`, 'x');
    expect([Math.abs(took - 2 * grid) <= 3, answer.slice(0, 3)]).toEqual([true, '200']);
  });
});

describe('the server for kubeseal', () => {
  it('gives the certificate, or says that there is none yet; it is well in either case', async () => {
    const clock = createFakeClock();
    const url = await listen(clock, {});
    const response = await fetch(`${url}/v1/cert.pem`);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'application/x-pem-file', 'PEM']);
    await server?.close();
    const empty = await listen(clock, { certificate: () => undefined });
    expect([(await fetch(`${empty}/v1/cert.pem`)).status, (await fetch(`${empty}/healthz`)).status]).toEqual([503, 200]);
  });

  it('asks nothing for whoever may not ask, and takes no other method, path or size', async () => {
    const clock = createFakeClock();
    let looked = 0;
    const verify = (): Promise<boolean> => Promise.resolve(looked++ > 0);
    for (const [admission, status] of [['unknown', 401], ['refused', 403], ['too often', 429]] as const) {
      const url = await listen(clock, { verify, admit: () => Promise.resolve(admission) });
      expect((await fetch(`${url}/v1/verify`, { method: 'POST', body: 'x' })).status).toBe(status);
      await server?.close();
    }
    const url = await listen(clock, { verify });
    expect((await fetch(`${url}/v1/verify`)).status).toBe(405);
    expect((await fetch(`${url}/v1/cert.pem`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${url}/v1/else`)).status).toBe(404);
    expect((await fetch(`${url}/v1/verify`, { method: 'POST', body: 'x'.repeat(3 << 20) })).status).toBe(413);
    expect(looked).toBe(0);
  });
});
