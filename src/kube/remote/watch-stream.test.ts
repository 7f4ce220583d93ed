import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../test/contract/cluster/clause.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { refusal } from '../../../test/support/refusal.ts';
import { answer, type ApiScript, statusOf, useScriptedClusters } from '../../../test/support/scripted-api-server.ts';
import type { WatchEvent } from '../port.ts';
import { configMapType } from '../resource-types.ts';

const { signal } = new AbortController();
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'devnet', resourceVersion: '7' } };
const start = useScriptedClusters();

describe('a watch', () => {
  const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
  const added = event('ADDED', configMap);
  /** Answers the lines and hangs up, or stays silent. */
  const sends =
    (text: string, end = true): ApiScript =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write(text);
      if (end) response.end();
    };

  it('gives events and bookmarks, however the bytes arrive, and ends when the server does', async () => {
    const bytes = Buffer.from(added + event('BOOKMARK', { metadata: { resourceVersion: '12' } }) + event('DELETED', { ...configMap, data: { text: 'ünïcödé 🗝' } }));
    const { cluster } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    });

    const events = await collect(cluster.watch(configMapType, {}, '5', signal));

    expect(events).toMatchObject([
      { type: 'bookmark', resourceVersion: '5' },
      { type: 'added', object: configMap },
      { type: 'bookmark', resourceVersion: '12' },
      { type: 'deleted', object: { data: { text: 'ünïcödé 🗝' } } },
    ]);
  });

  it.each([
    ['whose version is too old', event('ERROR', statusOf(410, 'Expired', 'too old resource version: 5 (90)'))],
    ['with an event that is no JSON, which would come again', `${added}{"type":"ADDED","object":{"planted\n`],
    ['with an event of a kind that is not known', event('PLANTED', configMap)],
    ['with an object that is none', event('ADDED', { planted: true })],
    ['with an event that is larger than any object may be', `${'x'.repeat(9 << 20)}\n`],
  ])('%s has to start from a new list', async (_title, text) => {
    const { cluster } = await start(sends(text));

    expect((await refusal(collect(cluster.watch(configMapType, {}, '5', signal)))).kind).toBe('expired');
  });

  it('with an event that has no end is not read on, nor held', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20, 'x');
    const endless = function* (): Generator<Buffer> {
      for (sent = 1; sent <= 100; sent += 1) yield chunk;
    };
    const { cluster } = await start((_request, response) => {
      // what the client hangs up on, fails here
      pipeline(Readable.from(endless(), { highWaterMark: 1 }), response.writeHead(200, { 'content-type': 'application/json' })).catch(() => {});
    });

    expect((await refusal(collect(cluster.watch(configMapType, {}, '5', signal)))).kind).toBe('expired');

    // what the sockets buffer comes on top of the limit
    expect(sent).toBeLessThan(40);
  });

  it('that is refused with 410 at once has to start from a new list', async () => {
    const { cluster } = await start((_request, response) => answer(response, 410, statusOf(410, 'Gone', 'too old')));

    expect((await refusal(collect(cluster.watch(configMapType, {}, '5', signal)))).kind).toBe('expired');
  });

  it('that is cut in the middle of an event goes on from the last whole one', async () => {
    const { cluster } = await start(sends(added + added.slice(0, 30)));
    const seen: WatchEvent[] = [];

    const error = await refusal(
      (async () => {
        for await (const item of cluster.watch(configMapType, {}, '5', signal)) seen.push(item);
      })(),
    );

    expect(error.kind).toBe('unavailable');
    expect(seen.map(({ type }) => type)).toEqual(['bookmark', 'added']);
  });

  it('that falls silent is given up after some minutes, not before the next bookmark is due', async () => {
    const clock = createFakeClock();
    const { cluster } = await start(sends(added, false), { clock });
    const seen: WatchEvent[] = [];
    const watching = refusal(
      (async () => {
        for await (const item of cluster.watch(configMapType, {}, '5', signal)) seen.push(item);
      })(),
    );
    await expect.poll(() => seen.length).toBe(2);

    await clock.advance(90_000);
    let given = false;
    void watching.then(() => (given = true));
    await clock.settle();
    expect(given).toBe(false);
    await clock.advance(90_000);

    expect((await watching).kind).toBe('unavailable');
  });

  it('asks for bookmarks and for an end within ten minutes, not the same for all', async () => {
    let draw = 0;
    const { cluster, requests } = await start(sends(''), { random: () => draw });
    for (draw of [0, 0.999]) await collect(cluster.watch(configMapType, {}, '5', signal));

    const queries = requests.map((request) => new URL(request.split(' ')[1]!, 'http://localhost').searchParams);
    expect(queries.map((query) => query.get('allowWatchBookmarks'))).toEqual(['true', 'true']);
    const [short, long] = queries.map((query) => Number(query.get('timeoutSeconds')));
    expect(short).toBeGreaterThanOrEqual(240);
    expect(long).toBeGreaterThan(short! + 60);
    expect(long).toBeLessThanOrEqual(600);
  });

  it('that nobody reads on after it has begun lets its connection go', async () => {
    let closed = false;
    const { cluster } = await start((request, response) => {
      request.socket.on('close', () => (closed = true));
      sends('', false)(request, response);
    });

    for await (const item of cluster.watch(configMapType, {}, '5', signal)) if (item.type === 'bookmark') break;

    await expect.poll(() => closed).toBe(true);
  });

  it('that is aborted while nobody reads ends with the reason when somebody does', async () => {
    const { cluster } = await start(sends(added, false));
    const stop = new AbortController();
    const reason = new Error('enough');
    const watch = cluster.watch(configMapType, {}, '5', stop.signal)[Symbol.asyncIterator]();
    await watch.next();

    stop.abort(reason);
    await new Promise((resolve) => setTimeout(resolve, 20));

    await expect(watch.next()).rejects.toBe(reason);
  });

  it('that nobody reads any more lets its connection go', async () => {
    let closed = false;
    const { cluster } = await start((request, response) => {
      request.socket.on('close', () => (closed = true));
      sends(added, false)(request, response);
    });

    for await (const item of cluster.watch(configMapType, {}, '5', signal)) if (item.type === 'added') break;

    await expect.poll(() => closed).toBe(true);
  });
});
