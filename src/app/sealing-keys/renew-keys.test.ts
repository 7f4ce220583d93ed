import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { startInformer } from '../../kube/reflector.ts';
import { namespaceType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { createLog, silentLog } from '../../lib/log.ts';
import { generateSealingKey } from '../../seal/generate-key.ts';
import { listKeySecrets } from './create-key.ts';
import type { RenewalPolicy } from './key-policy.ts';
import { newKeySecret, sealingKeyLabel } from './key-secret.ts';
import { activeKeyInformer, createKeyStore, type KeyStore } from './key-store.ts';
import { renewKeys } from './renew-keys.ts';

const namespace = 'seal';
const hour = 3_600_000;
const day = 24 * hour;
const period = 30 * day;
const shape = { namespace, prefix: 'sealed-secrets-key', bits: 2048, validFor: 3650 * day, commonName: '', labels: {}, annotations: {} };

const folder = new LocalFolder();
let ended = new AbortController();
let running: Promise<void> | undefined;

afterEach(async () => {
  ended.abort(new DOMException('stopped', 'AbortError'));
  await running;
  running = undefined;
  ended = new AbortController();
});

interface Stage {
  readonly cluster: Cluster;
  readonly clock: FakeClock;
  readonly store: KeyStore;
  readonly logged: () => string;
  readonly isReady: () => boolean;
  readonly begin: (policy?: Partial<RenewalPolicy>, over?: Partial<Cluster>) => void;
  /** Names of the Secrets, once there are so many keys, the one that seals first. */
  readonly keys: (count: number) => Promise<readonly string[]>;
  /** Somebody's own key, whose certificate is so many milliseconds old. */
  readonly bring: (name: string, age: number, validFor?: number) => Promise<void>;
}

/** The keys of a folder, on a clock that a test moves. It starts today, which is when what the folder keeps was made. */
async function open(): Promise<Stage> {
  const cluster = await folder.open();
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, us, signal);
  const clock = createFakeClock(Date.now());
  const informer = startInformer(cluster, activeKeyInformer(namespace), { clock: systemClock, random: Math.random, log: silentLog, signal: ended.signal });
  const store = createKeyStore({ informers: [informer], order: 'CertNotBefore', clock, log: silentLog });
  await informer.synced;
  let logged = '';
  let isReady = false;
  const log = createLog({ level: 'debug', destination: { write: (line) => void (logged += line) } });
  return {
    cluster,
    clock,
    store,
    logged: () => logged,
    isReady: () => isReady,
    begin: (policy = {}, over = {}) => {
      const port: Pick<Cluster, 'pages' | 'get' | 'create'> = { pages: cluster.pages.bind(cluster), get: cluster.get.bind(cluster), create: cluster.create.bind(cluster), ...over };
      running = renewKeys({ store, shape, policy: { order: 'CertNotBefore', period, ...policy }, cluster: port, clock, random: () => 0.5, log, randomBytes }, () => void (isReady = true), ended.signal);
    },
    keys: async (count) => {
      await vi.waitFor(() => expect(store.stored()).toHaveLength(count), { timeout: 20_000, interval: 10 });
      // the loop has heard of it, and waits again
      await vi.waitFor(() => expect(clock.pending()).toBe(1), { timeout: 5_000, interval: 5 });
      return store.stored().map(({ name }) => name);
    },
    bring: async (name, age, validFor = shape.validFor) => {
      const generated = await generateSealingKey({ bits: 2048, validFor, commonName: '', now: clock.now() - age, randomBytes });
      await cluster.create(secretType, newKeySecret(generated, { namespace, name, labels: {}, annotations: {} }), us, signal);
      await vi.waitFor(() => expect([...store.seen()]).toContain(name), { timeout: 5_000, interval: 5 });
    },
  };
}

async function count({ cluster }: Stage): Promise<number> {
  return (await listKeySecrets(cluster, namespace, signal)).length;
}

describe('the renewal of sealing keys', { timeout: 60_000 }, () => {
  it('makes the first key at once, the next one a period later and no earlier, and keeps all of them', async () => {
    const stage = await open();
    stage.begin();
    const [first] = await stage.keys(1);
    expect(stage.isReady()).toBe(true);

    await stage.clock.advance(period - hour);
    expect(await count(stage)).toBe(1);
    await stage.clock.advance(2 * hour);
    const [second, old] = await stage.keys(2);

    expect([second === first, old]).toEqual([false, first]);
    expect(stage.store.current()?.certificate.notBefore).toBeGreaterThan(stage.clock.now() - 3 * hour);
    expect(stage.logged().match(/a new sealing key was made/g)).toHaveLength(2);
  });

  it('makes only the first where the period is 0', async () => {
    const stage = await open();
    stage.begin({ period: 0 });
    await stage.keys(1);

    await stage.clock.advance(400 * day);

    expect(await count(stage)).toBe(1);
  });

  it('gives a key that somebody brings, however old, a whole period', async () => {
    const stage = await open();
    await stage.bring('ours', 900 * day);
    stage.begin();
    expect(await stage.keys(1)).toEqual(['ours']);

    await stage.clock.advance(period - hour);
    expect(await count(stage)).toBe(1);
    await stage.clock.advance(2 * hour);

    expect((await stage.keys(2))[1]).toBe('ours');
  });

  it('makes one once the cutoff is over, and none for it any more after that', async () => {
    const stage = await open();
    await stage.bring('ours', day);
    stage.begin({ period: 0, cutoff: stage.clock.now() + 10 * day });
    await stage.keys(1);

    await stage.clock.advance(9 * day);
    expect(await count(stage)).toBe(1);
    await stage.clock.advance(2 * day);
    await stage.keys(2);
    await stage.clock.advance(100 * day);

    expect(await count(stage)).toBe(2);
  });

  it('makes another at once where the only one is withdrawn', async () => {
    const stage = await open();
    stage.begin();
    const [first = ''] = await stage.keys(1);
    const live = await stage.cluster.get(secretType, { namespace, name: first }, signal);
    if (live !== undefined) await stage.cluster.update(secretType, { ...live, metadata: { ...live.metadata, labels: { [sealingKeyLabel]: 'compromised' } } }, us, signal);
    await vi.waitFor(() => expect(stage.store.stored().map(({ name }) => name)).not.toContain(first), { timeout: 20_000, interval: 10 });

    expect(await stage.keys(1)).not.toContain(first);
  });

  it('says so where none can be made, holds nobody up, and tries again with pauses that grow to a minute', async () => {
    const stage = await open();
    let refusals = 0;
    const create: Cluster['create'] = (...args) => {
      refusals += 1;
      return refusals <= 9 ? Promise.reject(new KubeError('denied', 'create secrets: forbidden')) : stage.cluster.create(...args);
    };
    stage.begin({}, { create });
    const waits: number[] = [];
    for (let tried = 1; tried <= 9; tried += 1) {
      await vi.waitFor(() => expect([refusals, stage.clock.pending()]).toEqual([tried, 1]), { timeout: 20_000, interval: 5 });
      const from = stage.clock.monotonic();
      while (stage.clock.pending() > 0) await stage.clock.advance(500);
      waits.push(stage.clock.monotonic() - from);
    }
    await stage.keys(1);

    expect(stage.isReady()).toBe(true);
    expect(waits.every((wait, index) => wait >= (waits[index - 1] ?? 0)) && Math.max(...waits) <= 60_000).toBe(true);
    expect(stage.logged().match(/no sealing key could be made/g)).toHaveLength(9);
    expect(stage.logged()).not.toContain('PRIVATE KEY');
  });

  it('warns of a certificate that is about to end, and seals with another once it has', async () => {
    const stage = await open();
    await stage.bring('short', 10 * day, 30 * day);
    await stage.bring('long', 20 * day);
    stage.begin({ period: 0 });
    expect((await stage.keys(2))[0]).toBe('short');
    expect(stage.logged()).toContain('the certificate in Secret short expires on');

    await stage.clock.advance(21 * day);

    expect((await stage.keys(2))[0]).toBe('long');
  });

  it('ends with the signal and leaves no timer behind', async () => {
    const stage = await open();
    stage.begin();
    await stage.keys(1);

    ended.abort(new DOMException('stopped', 'AbortError'));
    await running;

    expect(stage.clock.pending()).toBe(0);
  });
});
