import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { RemoteWrite } from '../../src/provider/contract.ts';
import { openScene as open, type Scene, secretOf, statusOf, withToken } from '../../test/support/kubernetes-scene.ts';

const never = new AbortController().signal;

describe('pushing', () => {
  function push(more: Partial<RemoteWrite> = {}): RemoteWrite {
    const value = SecretBytes.fromUtf8('canary');
    const source = {
      type: 'kubernetes.io/tls',
      labels: { team: 'chain', 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': 'canary' },
      data: new Map([['k', value], ['l', SecretBytes.fromUtf8('2')]]),
    };
    return { remoteKey: 'a', property: 'p', secretKey: 'k', value, source, updatePolicy: 'Replace', ...more };
  }
  const base64 = Buffer.from('canary').toString('base64');
  const envelope = (spec: object): object => ({ apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec });
  const bodies = ({ requests }: Scene): unknown[] => requests.filter(({ method }) => method !== 'GET').map(({ method, body }) => [method, JSON.parse(String(body))]);

  it('makes a Secret of the type, labels and annotations of the source, less what is about the source alone', async () => {
    const scene = open(({ method }) => (method === 'GET' ? statusOf(404, 'NotFound') : { status: 201 }));

    expect(await (await scene.connect()).write?.(push(), never)).toEqual({ kind: 'written' });
    expect(bodies(scene)).toEqual([['POST', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', labels: { team: 'chain' }, annotations: { note: 'n', 'prelude.dev/pushed-anew': 'true' } }, type: 'kubernetes.io/tls', data: { p: base64 } }]]);
  });

  it.each([
    ['merges', {}, { labels: { team: 'chain', old: '1' }, annotations: { note: 'n' } }],
    ['merges what the PushSecret says over it', { labels: { team: 'web' } }, { labels: { team: 'web', old: '1' }, annotations: { note: 'n' } }],
    ['leaves the source out', { sourceMergePolicy: 'Replace', labels: { x: 'y' } }, { labels: { old: '1', x: 'y' } }],
    ['replaces', { targetMergePolicy: 'Replace' }, { labels: { team: 'chain' }, annotations: { note: 'n' } }],
    ['ignores', { targetMergePolicy: 'Ignore', labels: { x: 'y' } }, { labels: { old: '1' } }],
  ])('%s labels and annotations as it is told', async (_, spec, metadata) => {
    const there = secretOf({ other: 'kept' }, { labels: { old: '1' } });
    const scene = open(() => ({ status: 200, body: { ...there, immutable: false } }));
    await (await scene.connect()).write?.(push({ metadata: envelope(spec) }), never);

    expect(bodies(scene)).toEqual([['PUT', { ...there, immutable: false, metadata: { name: 'a', uid: 'u', resourceVersion: '7', ...metadata }, data: { other: Buffer.from('kept').toString('base64'), p: base64 } }]]);
  });

  it('writes the whole Secret without a property, and may remove it as a whole then', async () => {
    const scene = open(({ method }) => (method === 'GET' ? statusOf(404, 'NotFound') : { status: 201 }));
    const { property: _, secretKey: __, ...whole } = push();
    await (await scene.connect()).write?.(whole, never);
    expect(bodies(scene)).toMatchObject([['POST', { metadata: { annotations: { 'prelude.dev/pushed-whole': 'true' } }, data: { k: base64, l: Buffer.from('2').toString('base64') } }]]);
    const ours = open(() => ({ status: 200, body: secretOf({ k: 'v' }, { annotations: { 'prelude.dev/pushed-whole': 'true' } }) }));
    const theirs = open(() => ({ status: 200, body: secretOf({ k: 'v' }) }));

    expect(await (await ours.connect()).remove?.({ remoteKey: 'a' }, never)).toEqual({ kind: 'removed' });
    expect(bodies(ours)).toEqual([['DELETE', { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u', resourceVersion: '7' } }]]);
    expect(await (await theirs.connect()).remove?.({ remoteKey: 'a' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  });

  it('removes a Secret with its last key only where a push has made it', async () => {
    for (const mark of ['prelude.dev/pushed-anew', 'prelude.dev/pushed-whole']) {
      const ours = open(() => ({ status: 200, body: secretOf({ p: 'v' }, { annotations: { [mark]: 'true' } }) }));
      expect(await (await ours.connect()).remove?.({ remoteKey: 'a', property: 'p' }, never)).toEqual({ kind: 'removed' });
      expect(bodies(ours)).toMatchObject([['DELETE', {}]]);
    }
    const theirs = open(() => ({ status: 200, body: secretOf({ p: 'v' }, { labels: { 'app.kubernetes.io/managed-by': 'somebody' } }) }));

    expect(await (await theirs.connect()).remove?.({ remoteKey: 'a', property: 'p' }, never)).toEqual({ kind: 'removed' });
    expect(bodies(theirs)).toEqual([['PUT', secretOf({}, { labels: { 'app.kubernetes.io/managed-by': 'somebody' } })]]);
  });

  it('keeps the marks of a Secret that a push has made, whatever becomes of its annotations, and gives none to another', async () => {
    const annotations = { 'prelude.dev/pushed-anew': 'true' };
    const ours = open(() => ({ status: 200, body: secretOf({ p: 'v' }, { annotations: { ...annotations, old: 'x' } }) }));
    const theirs = open(() => ({ status: 200, body: secretOf({ p: 'v' }) }));
    for (const scene of [ours, theirs]) await (await scene.connect()).write?.(push({ metadata: envelope({ targetMergePolicy: 'Replace', sourceMergePolicy: 'Replace' }) }), never);

    expect(bodies(ours)).toMatchObject([['PUT', { metadata: { annotations } }]]);
    expect(JSON.stringify(bodies(theirs))).not.toContain('prelude.dev');
  });

  it('begins anew where another was faster, and gives up where it always is', async () => {
    let puts = 0;
    const scene = open(({ method }) => {
      if (method === 'GET') return { status: 200, body: secretOf({}) };
      puts += 1;
      return puts === 1 ? statusOf(409, 'Conflict') : { status: 200 };
    });
    expect(await (await scene.connect()).write?.(push(), never)).toEqual({ kind: 'written' });
    const busy = open(({ method }) => (method === 'GET' ? { status: 200, body: secretOf({}) } : statusOf(409, 'Conflict')));

    expect(await (await busy.connect()).write?.(push(), never)).toMatchObject({ kind: 'error', error: { kind: 'unavailable', message: 'others write the Secret all the time' } });
  });

  it.each([
    ['a key without a property', { property: undefined }, 'a key of a Secret is pushed into a key of a Secret: remoteRef needs a property'],
    ['metadata that it does not know', { metadata: envelope({ colour: 'red' }) }, 'metadata.spec.colour: unknown field'],
    ["metadata that is another provider's", { metadata: { spec: {} } }, 'metadata.apiVersion'],
    ['another namespace, through a SecretStore', { metadata: envelope({ remoteNamespace: 'kube-system' }) }, 'metadata.spec.remoteNamespace: only a ClusterSecretStore'],
    ['a name that leads elsewhere', { remoteKey: '../configmaps/x' }, 'cannot be the name of a Secret'],
  ])('refuses %s, before anything is asked', async (_, more, message) => {
    const scene = open(() => ({ status: 200, body: secretOf({}) }));
    const { property, ...write } = { ...push(), ...more };
    const result = await (await scene.connect()).write?.({ ...write, ...(property === undefined ? {} : { property }) }, never);

    expect(result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind).toContain(message);
    expect(result?.kind === 'error' && result.error.kind).toBe('invalid');
    expect(scene.requests).toEqual([]);
  });

  it('goes to another namespace through a ClusterSecretStore that admits it, with the rights that its account has there', async () => {
    const scene = open(({ method }) => (method === 'GET' ? statusOf(404, 'NotFound') : { status: 201 }));
    const client = await scene.connect(withToken, { store: { scope: 'cluster' } });
    const chosen = { metadata: envelope({ remoteNamespace: 'elsewhere' }), admittedNamespace: 'elsewhere' };
    await client.write?.(push(chosen), never);
    await client.remove?.({ remoteKey: 'a', property: 'p', ...chosen }, never);

    expect(new Set(scene.requests.map(({ url }) => new URL(url).pathname.split('/')[4]))).toEqual(new Set(['elsewhere']));
  });

  it.each([undefined, 'another'])('goes to no namespace that a ClusterSecretStore does not admit, to write or to remove: it admits %s', async (admitted) => {
    const scene = open(() => ({ status: 200, body: secretOf({ p: 'v' }) }));
    const client = await scene.connect(withToken, { store: { scope: 'cluster' } });
    const chosen = { metadata: envelope({ remoteNamespace: 'elsewhere' }), ...(admitted === undefined ? {} : { admittedNamespace: admitted }) };
    const refused = { kind: 'error', error: { kind: 'invalid', message: expect.stringMatching(/does not let this namespace push to namespace elsewhere; its annotation prelude\.dev\/push-namespaces has to list it/) } };

    expect(await client.write?.(push(chosen), never)).toMatchObject(refused);
    expect(await client.remove?.({ remoteKey: 'a', property: 'p', ...chosen }, never)).toMatchObject(refused);
    expect(scene.requests).toEqual([]);
  });

  it("takes the store's own namespace for what it is, also where a push names it", async () => {
    const scene = open(({ method }) => (method === 'GET' ? statusOf(404, 'NotFound') : { status: 201 }));

    expect(await (await scene.connect()).write?.(push({ metadata: envelope({ remoteNamespace: 'default' }) }), never)).toEqual({ kind: 'written' });
  });

  it.each(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token', 'helm.sh/release.v1'])('neither makes nor changes a Secret of type %s', async (type) => {
    const none = open(({ method }) => (method === 'GET' ? statusOf(404, 'NotFound') : { status: 201 }));
    const there = open(() => ({ status: 200, body: { ...secretOf({ p: 'v', q: 'w' }, { annotations: { 'prelude.dev/pushed-whole': 'true' } }), type } }));
    const refused = { kind: 'error', error: { kind: 'invalid', message: `a Secret of type ${type} is neither made nor changed by a push: it must not be a type that grants rights: service-account-token, bootstrap token, Helm release` } };
    const source = { ...push().source, type };
    const client = await there.connect();

    expect(await (await none.connect()).write?.(push({ source, metadata: envelope({ annotations: { 'kubernetes.io/service-account.name': 'admin' } }) }), never)).toMatchObject(refused);
    expect(await client.write?.(push(), never)).toMatchObject(refused);
    expect(await client.remove?.({ remoteKey: 'a', property: 'p' }, never)).toMatchObject(refused);
    expect(await client.remove?.({ remoteKey: 'a' }, never)).toMatchObject(refused);
    expect([...bodies(none), ...bodies(there)]).toEqual([]);
  });

  it('writes no mark that speaks of whose a Secret is, be it of the source or of the PushSecret', async () => {
    const forged = { 'prelude.dev/pushed-whole': 'true', 'prelude.dev/provenance': '{}', 'reconcile.external-secrets.io/managed': 'true', 'kubernetes.io/service-account.name': 'admin', 'kubernetes.io/service-account.uid': 'u' };
    const fine = { 'example.com/fine': 'x' };
    const source = { ...push().source, labels: { ...forged, ...fine }, annotations: forged };
    for (const there of [undefined, secretOf({ other: 'kept' })]) {
      const scene = open(({ method }) => (method === 'GET' && there === undefined ? statusOf(404, 'NotFound') : { status: 200, body: there ?? {} }));
      await (await scene.connect()).write?.(push({ source, metadata: envelope({ labels: forged, annotations: { ...forged, ...fine } }) }), never);

      expect(bodies(scene)).toMatchObject([[expect.any(String), { metadata: { labels: fine, annotations: fine } }]]);
      expect(JSON.stringify(bodies(scene)).replace('"prelude.dev/pushed-anew":"true"', '')).not.toMatch(/prelude\.dev|reconcile\.external|service-account/);
    }
  });
});
