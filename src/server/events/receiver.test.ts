import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import type { Server } from '../listen-at.ts';
import type { Accept, Delivery } from './delivery.ts';
import { createEventReceiver } from './receiver.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function listen(accept: Accept): Promise<string> {
  server = await createEventReceiver({ host: '127.0.0.1', port: 0, accept, clock: systemClock });
  return `http://127.0.0.1:${server.port}`;
}

const taken: Accept = () => Promise.resolve({ status: 202 });

describe('the receiver of events', () => {
  it('hands on what was sent to a source, and answers with its verdict', async () => {
    const seen: { readonly source: string; readonly delivery: Delivery }[] = [];
    const url = await listen(async (source, delivery) => {
      seen.push({ source, delivery });
      return { status: 200, body: '{"validationResponse":"x"}', headers: { 'WebHook-Allowed-Origin': 'here' } };
    });
    const answer = await fetch(`${url}/v1/events/grid/a%20secret?code=c`, { method: 'POST', body: 'hello', headers: { 'X-Any': 'thing' } });
    expect([answer.status, await answer.text(), answer.headers.get('webhook-allowed-origin')]).toEqual([200, '{"validationResponse":"x"}', 'here']);
    expect(seen[0]?.source).toBe('grid');
    expect(seen[0]?.delivery).toMatchObject({ method: 'POST', rest: 'a secret', headers: { 'x-any': 'thing' } });
    expect([seen[0]?.delivery.query.get('code'), Buffer.from(seen[0]?.delivery.body ?? '').toString()]).toEqual(['c', 'hello']);
    expect((await fetch(`${url}/v1/events/grid`, { method: 'OPTIONS' })).status).toBe(200);
  });

  it.each([
    ['GET', '/v1/events/grid', 405],
    ['DELETE', '/v1/events/grid', 405],
    ['POST', '/v1/events', 404],
    ['POST', '/v1/events/', 404],
    ['POST', '/v1/events/Not-A-Name', 404],
    ['POST', '/v1/events/a/b/c', 404],
    ['POST', '/', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    const url = await listen(() => Promise.reject(new Error('it is not asked')));
    expect((await fetch(url + path, { method })).status).toBe(status);
  });

  it('takes 256 KiB and no byte more, said or unsaid', async () => {
    const url = await listen(taken);
    expect((await fetch(`${url}/v1/events/a`, { method: 'POST', body: Buffer.alloc(256 << 10) })).status).toBe(202);
    expect((await fetch(`${url}/v1/events/a`, { method: 'POST', body: Buffer.alloc((256 << 10) + 1) }).catch(() => ({ status: 413 }))).status).toBe(413);
    const stream = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(64 << 10)) });
    expect((await fetch(`${url}/v1/events/a`, { method: 'POST', body: stream, duplex: 'half' }).catch(() => ({ status: 413 }))).status).toBe(413);
  });

  it('says that a gigabyte is too much before it has come', async () => {
    const url = await listen(taken);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /v1/events/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('gives up a body that does not come', async () => {
    const url = await listen(taken);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /v1/events/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow');
    const began = performance.now();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - began).toBeLessThan(10_000);
    socket.destroy();
  }, 15_000);

  it('keeps nobody waiting for those that dawdle', async () => {
    const url = await listen(taken);
    const slow = Array.from({ length: 100 }, () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST /v1/events/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow');
      return socket;
    });
    const began = performance.now();
    expect((await fetch(`${url}/v1/events/a`, { method: 'POST', body: 'quick' })).status).toBe(202);
    expect(performance.now() - began).toBeLessThan(2_000);
    for (const socket of slow) socket.destroy();
  });

  it.each(['127.0.0.1', '127.0.0.2'])('takes what is sent while one at %s holds as many connections as it can, and begins requests that never end', async (localAddress) => {
    const url = await listen(taken);
    let isOver = false;
    const held = new Set<Socket>();
    const hold = (): void => {
      if (isOver) return;
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
      held.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => void (held.delete(socket), setTimeout(hold, 50)));
      socket.write('POST /v1/events/a HTTP/1.1\r\nHost: x\r\nX: ');
    };
    for (let count = 0; count < 600; count += 1) hold();
    await setTimeoutPromise(300);
    for (let sent = 0; sent < 10; sent += 1) {
      expect((await fetch(`${url}/v1/events/a`, { method: 'POST', body: 'x', signal: AbortSignal.timeout(4_000) })).status).toBe(202);
    }
    isOver = true;
    for (const socket of held) socket.destroy();
  }, 20_000);

  it('tells nobody what went wrong inside', async () => {
    const url = await listen(() => Promise.reject(new Error('a canary')));
    const answer = await fetch(`${url}/v1/events/a`, { method: 'POST', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([500, '']);
  });
});
