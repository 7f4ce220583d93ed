import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { answer, type ScriptedOptions, useScriptedClusters } from '../../../test/support/scripted-api-server.ts';
import type { Cluster } from '../port.ts';

const { signal } = new AbortController();
const start = useScriptedClusters();

function groupList(...groups: readonly object[]): object {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items: groups };
}

function group(name: string, kinds: readonly string[], freshness = 'Current'): object {
  const resources = kinds.map((kind) => ({
    resource: `${kind.toLowerCase()}s`,
    responseKind: { group: '', version: '', kind },
    scope: 'Namespaced',
    subresources: kind === 'Pod' ? [{ subresource: 'status' }, { subresource: 'exec' }] : undefined,
  }));
  return { metadata: { name, creationTimestamp: null }, versions: [{ version: 'v1', freshness, resources }] };
}

interface Stage {
  readonly cluster: Cluster;
  readonly requests: readonly string[];
  /** What `/apis` serves from now on. */
  serve: (groups: readonly object[]) => void;
  /** Holds answers of `/apis` back until they are let go. */
  readonly held: { hold: boolean; readonly responses: (() => void)[] };
}

async function stage(options: ScriptedOptions = {}): Promise<Stage> {
  let groups: readonly object[] = [group('apps', ['Deployment'])];
  const held: Stage['held'] = { hold: false, responses: [] };
  const { cluster, requests } = await start((request, response: ServerResponse) => {
    const now = request.url === '/api' ? groupList(group('', ['Pod', 'ConfigMap'])) : groupList(...groups);
    const etag = `"${Buffer.from(JSON.stringify(now)).toString('base64url').slice(-40)}"`;
    const send = (): void => {
      if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
      else answer(response, 200, now, { etag });
    };
    if (held.hold && request.url === '/apis') held.responses.push(send);
    else send();
  }, options);
  return { cluster, requests, held, serve: (next) => (groups = next) };
}

describe('what a cluster serves', () => {
  it('is read in two requests, for all who ask at once and afterwards', async () => {
    const { cluster, requests } = await stage();

    const [discovery] = await Promise.all(Array.from({ length: 20 }, () => cluster.discover(signal)));
    await cluster.discover(signal);

    expect(requests).toEqual(['GET /api', 'GET /apis']);
    expect(discovery!.find('v1', 'Pod')).toEqual({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, statusSubresource: true });
    expect(discovery!.find('apps/v1', 'Deployment')).toMatchObject({ group: 'apps', plural: 'deployments', statusSubresource: false });
    expect(discovery!.find('apps/v1', 'Pod')).toBeUndefined();
  });

  it('is read again for who asks for it fresh, in full only where it has changed', async () => {
    const { cluster, serve } = await stage();
    await cluster.discover(signal);

    const same = await cluster.discover(signal, { fresh: true });
    serve([group('apps', ['Deployment', 'Widget'])]);
    const changed = await cluster.discover(signal, { fresh: true });

    expect(same.find('apps/v1', 'Deployment')).toMatchObject({ plural: 'deployments' });
    expect(changed.find('apps/v1', 'Widget')).toMatchObject({ plural: 'widgets' });
    expect(changed.find('v1', 'Pod')).toMatchObject({ plural: 'pods' });
  });

  it('is looked at again after some minutes', async () => {
    const clock = createFakeClock();
    const { cluster, requests, serve } = await stage({ clock });
    await cluster.discover(signal);
    serve([]);

    await clock.advance(300_000);
    expect((await cluster.discover(signal)).find('apps/v1', 'Deployment')).toBeDefined();
    await clock.advance(300_000);

    expect((await cluster.discover(signal)).find('apps/v1', 'Deployment')).toBeUndefined();
    expect(requests).toHaveLength(4);
  });

  it('is read once more, for all who ask for it fresh while a reading is under way that may have begun too early', async () => {
    const { cluster, requests, held, serve } = await stage();
    held.hold = true;
    const early = cluster.discover(signal);
    await expect.poll(() => held.responses.length).toBe(1);
    const late = [cluster.discover(signal, { fresh: true }), cluster.discover(signal, { fresh: true })];

    held.hold = false;
    held.responses[0]!();
    await early;
    serve([group('apps', ['Widget'])]);

    for (const discovery of await Promise.all(late)) expect(discovery.find('v1', 'Pod')).toBeDefined();
    expect(requests).toEqual(['GET /api', 'GET /apis', 'GET /api', 'GET /apis']);
  });

  it('is still read for the others where the one who asked first gives up', async () => {
    const { cluster, held } = await stage();
    held.hold = true;
    const stop = new AbortController();
    const reason = new Error('enough');
    const first = cluster.discover(stop.signal);
    const second = cluster.discover(signal);
    await expect.poll(() => held.responses.length).toBe(1);

    stop.abort(reason);
    await expect(first).rejects.toBe(reason);
    held.responses[0]!();

    expect((await second).find('v1', 'Pod')).toBeDefined();
  });

  it('is not told to somebody who has given up', async () => {
    const { cluster } = await stage();
    await cluster.discover(signal);
    const reason = new Error('enough');

    await expect(cluster.discover(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is asked for anew after a reading that failed', async () => {
    let down = true;
    const { cluster } = await start((_request, response) => (down ? answer(response, 500, {}) : answer(response, 200, groupList(group('', ['Pod'])))));
    await expect(cluster.discover(signal)).rejects.toMatchObject({ kind: 'unavailable' });

    down = false;

    expect((await cluster.discover(signal)).find('v1', 'Pod')).toBeDefined();
  });

  it('is not known of a group whose own server is down, which is no answer that it is not served', async () => {
    const { cluster, serve } = await stage();
    serve([group('apps', ['Deployment']), group('metrics.k8s.io', [], 'Stale')]);

    const discovery = await cluster.discover(signal);

    expect(() => discovery.find('metrics.k8s.io/v1', 'PodMetrics')).toThrow(expect.objectContaining({ name: 'KubeError', kind: 'unavailable' }));
    expect(discovery.find('apps/v1', 'Nothing')).toBeUndefined();
  });

  it('is no answer where something else answers', async () => {
    const { cluster } = await start((_request, response) => answer(response, 200, { hello: 'world' }));

    await expect(cluster.discover(signal)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
