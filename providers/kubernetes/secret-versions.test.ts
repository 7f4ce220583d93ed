import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/lib/http.ts';
import { HttpError } from '../../src/lib/http.ts';
import type { ProviderClient } from '../../src/provider/contract.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { openScene, type Scene, statusOf } from '../../test/support/kubernetes-scene.ts';

const never = new AbortController().signal;

/** A page as the API server has it. */
function page(names: readonly string[], more: { readonly continue?: string; readonly remainingItemCount?: number } = {}, kind = 'PartialObjectMetadataList') {
  return { status: 200, body: { kind, metadata: { resourceVersion: '9', ...more }, items: names.map((name) => ({ metadata: { name, resourceVersion: `v-${name}` } })) } };
}

const refs = (...keys: readonly string[]) => keys.map((key) => ({ key }));

interface Versions {
  readonly scene: Scene;
  readonly of: NonNullable<ProviderClient['versions']>;
}

async function open(answer: Parameters<typeof openScene>[0], clock: FakeClock = createFakeClock()): Promise<Versions> {
  const scene = openScene(answer);
  const { versions } = await scene.connect(undefined, { clock });
  if (versions === undefined) throw new Error('the client tells no versions');
  return { scene, of: versions };
}

function queryOf({ url }: HttpRequest): string {
  return new URL(url).search;
}

describe('the versions of Secrets', () => {
  it('are told by one list of metadata for all, in the order of the references', async () => {
    const { scene, of } = await open(() => page(['a', 'b', 'c']));

    expect(await of([...refs('b', 'none', 'a'), { key: 'a', metadata: true }, { key: 'a', version: '1' }], never)).toEqual(['v-b', undefined, 'v-a', 'v-a', undefined]);
    expect(scene.requests).toMatchObject([{ method: 'GET', headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' } }]);
    expect(scene.requests.map(queryOf)).toEqual(['?limit=500']);
  });

  it('are what reading calls them', async () => {
    const { scene, of } = await open((_, count) => (count === 1 ? { status: 200, body: { metadata: { name: 'a', resourceVersion: 'v-a' }, data: {} } } : page(['a', 'b'])));
    const [value] = await (await scene.connect()).read(refs('a'), never);

    expect((await of(refs('a', 'b'), never))[0]).toBe(value?.kind === 'value' ? value.version : '');
  });

  it('of one Secret, or of none, are no reason to list', async () => {
    const { scene, of } = await open(() => page([]));

    expect([await of(refs('a', 'a'), never), await of([], never)]).toEqual([[undefined, undefined], []]);
    expect(scene.requests).toEqual([]);
  });

  it('are looked for on further pages while that takes fewer calls than reading', async () => {
    const { scene, of } = await open((request) => (queryOf(request).includes('continue') ? page(['c', 'd']) : page(['a'], { continue: 'more+/=', remainingItemCount: 2 })));

    expect(await of(refs('a', 'c', 'd'), never)).toEqual(['v-a', 'v-c', 'v-d']);
    expect(scene.requests.map(queryOf)).toEqual(['?limit=500', '?limit=500&continue=more%2B%2F%3D']);
  });

  it('are not listed in a namespace of too many Secrets, which is counted again after an hour', async () => {
    const clock = createFakeClock();
    const { scene, of } = await open(() => page(['a'], { continue: 'more', remainingItemCount: 2_000 }), clock);
    const ask = () => of(refs('a', 'x', 'y'), never);

    expect(await ask()).toEqual(['v-a', undefined, undefined]);
    expect(await ask()).toEqual([undefined, undefined, undefined]);
    expect(scene.requests).toHaveLength(1);
    // five pages are fewer than six reads
    await of(refs('a', 'b', 'c', 'd', 'e', 'f'), never);
    const before = scene.requests.length;
    // and the server says each time that there is more, which is not believed for ever
    expect(before).toBe(1 + 6);
    await clock.advance(3_600_000);
    await ask();
    expect(scene.requests.length).toBe(before + 1);
  });

  it('are as far told as a list came that became too old', async () => {
    const { of } = await open((request) => (queryOf(request).includes('continue') ? statusOf(410, 'Expired') : page(['a'], { continue: 'more', remainingItemCount: 1 })));

    expect(await of(refs('a', 'b', 'c'), never)).toEqual(['v-a', undefined, undefined]);
  });

  it('are not asked for again soon where the metadata alone are too large', async () => {
    const { scene, of } = await open(() => new HttpError('too-large', 'api.example.com answers with more than 8388608 bytes'));

    expect([await of(refs('a', 'b'), never), await of(refs('a', 'b'), never)]).toEqual([[undefined, undefined], [undefined, undefined]]);
    expect(scene.requests).toHaveLength(1);
  });

  it.each([
    ['an account that may not list', statusOf(403, 'Forbidden'), 'denied'],
    ['an account that is not known', statusOf(401, 'Unauthorized'), 'denied'],
    ['a server that has no list of metadata', statusOf(406, 'NotAcceptable'), 'unsupported'],
    ['a server that lists everything', page(['a'], {}, 'SecretList'), 'unsupported'],
    ['a server that asks to slow down', statusOf(429, 'TooManyRequests'), 'throttled'],
    ['a server in trouble', statusOf(503, 'ServiceUnavailable'), 'unavailable'],
  ] as const)('are not to be had of %s, which is said', async (_, answer, kind) => {
    await expect((await open(() => answer)).of(refs('a', 'b'), never)).rejects.toMatchObject({ kind });
  });
});
