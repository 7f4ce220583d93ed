import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { collect } from '../../test/contract/cluster/clause.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { refusal } from '../../test/support/refusal.ts';
import { answer, type ApiScript, statusOf, useScriptedClusters } from '../../test/support/scripted-api-server.ts';
import { configMapType, secretType } from './resource-types.ts';

const { signal } = new AbortController();
const key = { namespace: 'devnet', name: 'a' };
const manager = { fieldManager: 'test' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'devnet', resourceVersion: '7' } };

const start = useScriptedClusters();

describe('a server that is busy', () => {
  it('says for how long, and whoever asked is told', async () => {
    const { cluster, requests } = await start((_request, response) => answer(response, 429, statusOf(429, 'TooManyRequests', 'slow down'), { 'retry-after': '17' }));

    const error = await refusal(cluster.get(configMapType, key, signal));

    expect(error).toMatchObject({ kind: 'throttled', retryAfter: 17_000 });
    expect(requests).toHaveLength(1);
  });

  it('says it as a date, or in the Status', async () => {
    const clock = createFakeClock();
    const { cluster } = await start(
      (request, response) =>
        request.url?.endsWith('/date') === true
          ? answer(response, 503, statusOf(503, 'ServiceUnavailable', 'soon'), { 'retry-after': new Date(clock.now() + 20_000).toUTCString() })
          : answer(response, 429, statusOf(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 9 })),
      { clock },
    );

    expect(await refusal(cluster.get(configMapType, { ...key, name: 'date' }, signal))).toMatchObject({ kind: 'unavailable', retryAfter: 20_000 });
    expect(await refusal(cluster.create(configMapType, configMap, manager, signal))).toMatchObject({ kind: 'throttled', retryAfter: 9_000 });
  });

  it('is asked once more for a read, after the short wait it asks for, and never for a write', async () => {
    const clock = createFakeClock();
    let calls = 0;
    const { cluster, requests } = await start((_request, response) => {
      calls += 1;
      if (calls === 2) answer(response, 200, configMap);
      else answer(response, 429, statusOf(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' });
    }, { clock });

    const read = cluster.get(configMapType, key, signal);
    await expect.poll(() => requests.length).toBe(1);
    await expect.poll(() => clock.pending()).toBe(2);
    await clock.advance(1_000);
    expect(await read).toMatchObject({ metadata: { name: 'a' } });
    await refusal(cluster.create(configMapType, configMap, manager, signal));

    expect(requests.map((request) => request.split(' ')[0])).toEqual(['GET', 'GET', 'POST']);
  });
});

describe('a server that misbehaves', () => {
  it.each<[title: string, script: ApiScript]>([
    ['answers a web page', (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>planted</html>')],
    ['answers an error page', (_request, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>planted</html>')],
    ['answers half of an object', (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata": {"name": "planted')],
    ['answers another thing', (_request, response) => answer(response, 200, ['planted'])],
    ['cuts the connection in the middle of its answer', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"planted":');
      setTimeout(() => response.destroy(), 10);
    }],
  ])('that %s is unavailable, and not quoted', async (_title, script) => {
    const { cluster } = await start(script);

    expect((await refusal(cluster.get(secretType, key, signal))).kind).toBe('unavailable');
    expect((await refusal(collect(cluster.pages(secretType, {}, signal)))).kind).toBe('unavailable');
    expect((await refusal(collect(cluster.watch(secretType, {}, '1', signal)))).kind).toBe('unavailable');
  });

  it('that does not answer is given up after half a minute', async () => {
    const clock = createFakeClock();
    const { cluster, requests } = await start(() => {}, { clock });
    const call = refusal(cluster.get(configMapType, key, signal));
    await expect.poll(() => requests.length).toBe(1);

    await clock.advance(30_000);

    expect((await call).kind).toBe('unavailable');
  });

  it('that answers a byte at a time is given up as well', async () => {
    const clock = createFakeClock();
    const { cluster, requests } = await start((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'), { clock });
    const call = refusal(cluster.get(configMapType, key, signal));
    await expect.poll(() => requests.length).toBe(1);

    await clock.advance(30_000);

    expect((await call).kind).toBe('unavailable');
  });

  it('that hangs up on a write is not sent it again', async () => {
    const { cluster, requests } = await start((request) => void request.socket.destroy());

    expect((await refusal(cluster.create(configMapType, configMap, manager, signal))).kind).toBe('unavailable');

    expect(requests).toHaveLength(1);
  });
});

describe('a list', () => {
  const page = (items: readonly object[], token = ''): object => ({ kind: 'List', metadata: { resourceVersion: '9', continue: token }, items });

  it('whose state is forgotten on the way has expired', async () => {
    const { cluster } = await start((request, response) =>
      request.url?.includes('continue=') === true ? answer(response, 410, statusOf(410, 'Expired', 'the continue token is too old')) : answer(response, 200, page([configMap], 'next')),
    );

    expect((await refusal(collect(cluster.pages(configMapType, {}, signal)))).kind).toBe('expired');
  });

  it('is asked for in smaller pages where one would be too large to hold', { timeout: 30_000 }, async () => {
    const chunk = Buffer.alloc(1 << 20, ' ');
    const { cluster, requests } = await start((request, response) => {
      if (Number(/limit=(\d+)/.exec(request.url ?? '')?.[1]) <= 8) answer(response, 200, page([configMap]));
      else Readable.from(Array.from({ length: 70 }, () => chunk)).pipe(response.writeHead(200, { 'content-type': 'application/json' }));
    });

    const pages = await collect(cluster.pages(configMapType, {}, signal));

    expect(pages.flatMap(({ items }) => items)).toHaveLength(1);
    expect(requests.map((request) => /limit=(\d+)/.exec(request)?.[1])).toEqual(['500', '63', '8']);
  });

  it('names its parameters as the API does', async () => {
    const { cluster, requests } = await start((_request, response) => answer(response, 200, page([])), { path: '/clusters/one/' });

    await collect(cluster.pages(secretType, { namespace: 'devnet', labelSelector: 'a in (b,c)', fieldSelector: 'type!=x' }, signal));

    const url = new URL(requests[0]!.split(' ')[1]!, 'http://localhost');
    expect(url.pathname).toBe('/clusters/one/api/v1/namespaces/devnet/secrets');
    expect(Object.fromEntries(url.searchParams)).toEqual({ labelSelector: 'a in (b,c)', fieldSelector: 'type!=x', limit: '500' });
  });
});

describe('an older server, which tells what it serves group by group', () => {
  const groups = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/api/v1': { kind: 'APIResourceList', resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }, { name: 'pods', kind: 'Pod', namespaced: true }, { name: 'pods/status', kind: 'Pod', namespaced: true }] },
    '/apis': { kind: 'APIGroupList', groups: [{ versions: [{ groupVersion: 'apps/v1' }] }, { versions: [{ groupVersion: 'metrics.k8s.io/v1' }] }] },
    '/apis/apps/v1': { kind: 'APIResourceList', resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }, { name: 'deployments/status', kind: 'Deployment', namespaced: true }] },
  } as const;

  it('is understood, and a group whose server is down is not taken for one that is empty', async () => {
    const { cluster } = await start((request, response) => {
      const body: unknown = Reflect.get(groups, request.url ?? '');
      if (body === undefined) answer(response, 503, statusOf(503, 'ServiceUnavailable', 'the server is currently unable to handle the request'));
      else answer(response, 200, body);
    });

    const discovery = await cluster.discover(signal);

    expect(discovery.find('v1', 'ConfigMap')).toEqual(configMapType);
    expect(discovery.find('v1', 'Pod')).toMatchObject({ plural: 'pods', statusSubresource: true });
    expect(discovery.find('apps/v1', 'Deployment')).toMatchObject({ plural: 'deployments', statusSubresource: true });
    expect(discovery.find('apps/v1', 'Nothing')).toBeUndefined();
    expect(() => discovery.find('metrics.k8s.io/v1', 'PodMetrics')).toThrow('metrics.k8s.io/v1');
  });
});

describe('a cluster that is closed', () => {
  it('ends what is under way', async () => {
    const { cluster, requests } = await start(() => {});
    const call = refusal(cluster.get(configMapType, key, signal));
    await expect.poll(() => requests.length).toBe(1);

    await cluster.close();

    expect((await call).kind).toBe('unavailable');
  });
});
