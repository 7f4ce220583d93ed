import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { answerKubeseal } from '../../src/app/sealing-keys/answer-kubeseal.ts';
import { serveKubeseal, type ServeOptions } from '../../src/app/sealing-keys/serve-kubeseal.ts';
import type { KeyStore } from '../../src/app/sealing-keys/key-store.ts';
import type { Cluster, ResourceType } from '../../src/kube/port.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createMetrics } from '../../src/lib/metrics.ts';
import { version } from '../../src/lib/version.ts';
import { KeyRing } from '../../src/seal/key-ring.ts';
import type { Server } from '../../src/server/listen-at.ts';
import { useRealCluster } from '../support/real-cluster.ts';
import { makeKey, sealTexts, type TestKey } from '../support/sealed-stage.ts';

const real = useRealCluster(inject('controlPlane'));
const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const rbac = 'rbac.authorization.k8s.io';
const accountType: ResourceType = { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true, statusSubresource: false };
const roleType: ResourceType = { group: rbac, version: 'v1', kind: 'Role', plural: 'roles', namespaced: true, statusSubresource: false };
const roleBindingType: ResourceType = { group: rbac, version: 'v1', kind: 'RoleBinding', plural: 'rolebindings', namespaced: true, statusSubresource: false };
/** Enough that no test meets the limit unless it means to. */
const generous = { perSecond: 1_000, burst: 1_000 };

let key: TestKey;
let cluster: Cluster;
let namespace: string;
let server: Server | undefined;
let metrics: ReturnType<typeof createMetrics>;

beforeAll(async () => {
  key = await makeKey(Date.now() - 60_000);
  cluster = await real.admin();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => server?.close());

/** Serves one key to whom the API server knows; keys are where the test's namespace is. */
async function serve(more: Partial<ServeOptions> = {}): Promise<void> {
  namespace = await real.namespace();
  const keys: Pick<KeyStore, 'ring' | 'current'> = { ring: () => new KeyRing([key.key]), current: () => key.key };
  metrics = createMetrics({ version, process: false });
  const store: KeyStore = { ...keys, stored: () => [], seen: () => new Set(), operations: () => 0, subscribe: () => () => {}, stop: () => {} };
  const started = await serveKubeseal({ host: '127.0.0.1', port: 0 }, store, { cluster, keyNamespace: namespace, rate: generous, refuseTokenless: false, clock: systemClock, counts: metrics.sealedSecrets(), ...more });
  server = typeof started === 'string' ? expect.fail(started) : started;
}

async function account(name: string, audiences: readonly string[] = []): Promise<string> {
  await cluster.create(accountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } }, by, never);
  return cluster.tokenRequest({ namespace, name }, { audiences: [...audiences], expirationSeconds: 600 }, never);
}

/** Lets an account of the test's namespace do this to `services/proxy`, there or elsewhere. */
async function allow(name: string, verbs: readonly string[], where = namespace): Promise<void> {
  await cluster.create(roleType, { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { namespace: where, name }, rules: [{ apiGroups: [''], resources: ['services/proxy'], verbs }] }, by, never);
  await cluster.create(roleBindingType, { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { namespace: where, name }, roleRef: { apiGroup: rbac, kind: 'Role', name }, subjects: [{ kind: 'ServiceAccount', namespace, name }] }, by, never);
}

function document(owner = 'faucet'): string {
  const metadata = { namespace: 'devnet', name: 'faucet' };
  return JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata, spec: { encryptedData: sealTexts({ token: 'hunter2' }, key, { namespace: 'devnet', name: owner }), template: { metadata: { labels: { a: 'b' } }, data: { url: 'x' } } } });
}

async function ask(path: 'verify' | 'rotate', token: string | undefined, body = document()): Promise<{ readonly status: number; readonly text: string; readonly challenge: string | null }> {
  const response = await fetch(`http://127.0.0.1:${server?.port}/v1/${path}`, { method: 'POST', body, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  return { status: response.status, text: await response.text(), challenge: response.headers.get('www-authenticate') };
}

describe('who calls by himself, with a token', { timeout: 60_000 }, () => {
  it('is answered where the API server knows the token and lets its bearer create on services/proxy beside the keys', async () => {
    await serve();
    const token = await account('ci');
    await allow('ci', ['create']);

    expect(await ask('verify', token)).toMatchObject({ status: 200, text: '' });
    expect(await ask('verify', token, document('other'))).toMatchObject({ status: 409, text: '' });
    const rotated = await ask('rotate', token);
    expect(rotated.status).toBe(200);
    expect(JSON.parse(rotated.text)).toMatchObject({ metadata: { name: 'faucet' }, spec: { template: { metadata: { labels: { a: 'b' } }, data: { url: 'x' } } } });
    expect(rotated.text).not.toBe(document());
    expect(await answerKubeseal({ ring: () => new KeyRing([key.key]), current: () => key.key }).verify(Buffer.from(rotated.text), never)).toBe(true);
  });

  it.each<[string, () => Promise<string>]>([
    ['without any right', () => account('nobody')],
    [
      'that may only read through the proxy',
      async () => {
        const token = await account('reader');
        await allow('reader', ['get']);
        return token;
      },
    ],
    [
      'that may do so in another namespace',
      async () => {
        const token = await account('neighbour');
        await allow('neighbour', ['create'], await real.namespace());
        return token;
      },
    ],
  ])('is refused, whatever is asked, with the token of an account %s', async (_, made) => {
    await serve();
    const token = await made();

    for (const path of ['verify', 'rotate'] as const) for (const body of [document(), document('other'), 'nonsense']) expect(await ask(path, token, body)).toEqual({ status: 403, text: 'not allowed\n', challenge: null });
  });

  it.each<[string, () => Promise<string>]>([
    ['that is none', () => Promise.resolve('nonsense')],
    ['for another audience', () => account('vault', ['https://vault.example'])],
    [
      'of an account that is gone',
      async () => {
        const token = await account('gone');
        await cluster.delete(accountType, { namespace, name: 'gone' }, {}, never);
        return token;
      },
    ],
  ])('is not known with a token %s', async (_, made) => {
    await serve();
    const token = await made();

    // the API server may believe a token it has just seen for some seconds more; it has not seen this one
    expect(await ask('verify', token)).toEqual({ status: 401, text: 'the token is not known to the API server\n', challenge: 'Bearer' });
  });

  it('is refused where the controller itself may not ask the API server', async () => {
    namespace = await real.namespace();
    const powerless = await real.as({ token: await account('prelude') });
    await serve({ cluster: powerless });
    const token = await account('ci');
    await allow('ci', ['create']);

    expect((await ask('verify', token)).status).toBe(403);
  });
});

describe('who calls without a token, as through the API server', { timeout: 60_000 }, () => {
  it('is answered, unless that is switched off', async () => {
    await serve();
    expect((await ask('verify', undefined)).status).toBe(200);
    await server?.close();
    await serve({ refuseTokenless: true });
    expect((await ask('verify', undefined)).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${server?.port}/v1/cert.pem`)).status).toBe(200);
  });

  it('is asked to come again later where he asks too often, token or not, and the API server is not asked for him', async () => {
    let reviews = 0;
    await serve({ rate: { perSecond: 1, burst: 2 }, cluster: { callerReview: (...args) => ((reviews += 1), cluster.callerReview?.(...args) ?? expect.fail('no review')) } });

    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => ask('verify', index % 2 === 0 ? undefined : 'nonsense')));

    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
    expect(reviews).toBeLessThanOrEqual(2);
  });
});

describe('what was answered', () => {
  it("is counted by Sealed Secrets' names, with no path that nobody serves", async () => {
    await serve();
    await ask('verify', undefined);
    await ask('verify', undefined, document('other'));
    for (const path of ['/v1/cert.pem', '/healthz', '/secret/path']) await fetch(`http://127.0.0.1:${server?.port}${path}`);

    const { text } = await metrics.expose();
    expect(text.split('\n').filter((line) => line.startsWith('sealed_secrets_controller_http_requests_total'))).toEqual([
      'sealed_secrets_controller_http_requests_total{path="/v1/verify",code="200",method="post"} 1',
      'sealed_secrets_controller_http_requests_total{path="/v1/verify",code="409",method="post"} 1',
      'sealed_secrets_controller_http_requests_total{path="/v1/cert.pem",code="200",method="get"} 1',
    ]);
  });
});
