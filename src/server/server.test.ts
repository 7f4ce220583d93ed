import { connect, type Socket } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Server } from './listen-at.ts';
import { createServer, type ServerData } from './server.ts';

const fine: ServerData = {
  live: () => ({ ok: true, lines: ['ok   loop'] }),
  ready: () => ({ ok: true, lines: [] }),
  metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
};

const open: Server[] = [];

async function start(data: Partial<ServerData> = {}, grace = 200): Promise<Server> {
  const server = await createServer({ host: '127.0.0.1', port: 0, data: { ...fine, ...data }, grace });
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function get(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

/** A bare connection that has said `text`. */
function dial(server: Server, text: string): Socket {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text);
  return socket;
}

describe('createServer', () => {
  it('answers /healthz with what liveness says', async () => {
    let ok = true;
    const server = await start({ live: () => ({ ok, lines: [ok ? 'ok   loop' : 'fail loop: stuck'] }) });

    const alive = await get(server, '/healthz');
    ok = false;
    const dead = await get(server, '/healthz?verbose');

    expect([alive.status, await alive.text()]).toEqual([200, 'ok   loop\nok\n']);
    expect([dead.status, await dead.text()]).toEqual([503, 'fail loop: stuck\nfailed\n']);
  });

  it('answers /readyz with what readiness says, whatever liveness says', async () => {
    const server = await start({ ready: () => ({ ok: false, lines: ['fail secrets: not yet'] }) });

    expect((await get(server, '/readyz')).status).toBe(503);
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it('answers /metrics in the format it is handed', async () => {
    const response = await get(await start(), '/metrics');

    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('up 1\n');
  });

  it('makes one scrape for all who ask while it is being made, and a new one for the next', async () => {
    const scrape = Promise.withResolvers<{ contentType: string; text: string }>();
    let made = 0;
    const asked = Promise.withResolvers<void>();
    const metrics = (): Promise<{ contentType: string; text: string }> => {
      made += 1;
      asked.resolve();
      return made === 1 ? scrape.promise : fine.metrics();
    };
    const server = await start({ metrics });

    const both = [get(server, '/metrics'), get(server, '/metrics')];
    await asked.promise;
    await delay(20);
    scrape.resolve({ contentType: 'text/plain', text: 'x' });
    await Promise.all(both);
    expect(made).toBe(1);
    await get(server, '/metrics');

    expect(made).toBe(2);
  });

  it('says that an answer failed and keeps the reason to itself', async () => {
    const server = await start({ metrics: () => Promise.reject(new Error('inner workings')) });

    const response = await get(server, '/metrics');

    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('inner');
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it('knows no other path and no other method', async () => {
    const server = await start();

    const posted = await get(server, '/healthz', { method: 'POST' });

    expect((await get(server, '/')).status).toBe(404);
    expect((await get(server, '/healthz/../secret')).status).toBe(404);
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('answers HEAD without a body', async () => {
    const response = await get(await start(), '/healthz', { method: 'HEAD' });

    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each([
    ['of a length', 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc'],
    ['in chunks', 'POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'],
  ])('refuses a body %s unread and ends the connection', async (_, request) => {
    const socket = dial(await start(), request);

    const answer = await readAll(socket);

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/Connection: close/i);
  });

  it('refuses headers beyond its bound', async () => {
    const socket = dial(await start(), `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(10_000)}\r\n\r\n`);

    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('lets a request in progress end when it closes, and takes no new one', async () => {
    const scrape = Promise.withResolvers<{ contentType: string; text: string }>();
    const asked = Promise.withResolvers<void>();
    const server = await start(
      {
        metrics: () => {
          asked.resolve();
          return scrape.promise;
        },
      },
      5000,
    );
    const response = get(server, '/metrics');
    await asked.promise;

    const closed = server.close();
    await expect(get(server, '/healthz')).rejects.toThrow();
    scrape.resolve({ contentType: 'text/plain', text: 'late\n' });

    expect(await (await response).text()).toBe('late\n');
    await closed;
  });

  it('cuts what has not ended after the grace, and idle connections at once', async () => {
    const asked = Promise.withResolvers<void>();
    const server = await start({
      metrics: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const hanging = get(server, '/metrics').then(
      () => 'answered',
      () => 'cut',
    );
    const idle = dial(server, '');
    await asked.promise;

    await server.close();

    expect(await hanging).toBe('cut');
    idle.destroy();
  });

  it('says which address it cannot have', async () => {
    const { port } = await start();

    await expect(createServer({ host: '127.0.0.1', port, data: fine })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });

  it('closes a second time without complaint', async () => {
    const server = await start();

    await Promise.all([server.close(), server.close()]);
    await server.close();
  });
});
