import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { findCluster } from './cluster-access.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const file = (name: string): string => join(folder, name);

/** Writes a kubeconfig and answers its path. */
function kubeconfig(user: object, cluster: object = {}): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  writeFileSync(file('config'), JSON.stringify(config));
  return file('config');
}

/** A user whose credentials come from a shell script, which notes its calls. */
function plugin(script: string): object {
  writeFileSync(file('plugin.sh'), `#!/bin/sh\necho called >> ${file('calls')}\n${script}\n`);
  chmodSync(file('plugin.sh'), 0o700);
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: file('plugin.sh'), interactiveMode: 'Never' } };
}
const calls = (): number => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').split('\n').length - 1 : 0);

describe('the credentials of a kubeconfig', () => {
  it('are a token, a password, a certificate, an impersonated user', async () => {
    const clock = createFakeClock();
    const token = await (await findCluster({ kubeconfig: kubeconfig({ token: 't' }), clock })).authorize();
    const password = await (await findCluster({ kubeconfig: kubeconfig({ username: 'u', password: 'p', as: 'somebody' }), clock })).authorize();
    const certificate = await (
      await findCluster({
        kubeconfig: kubeconfig({ 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') }, { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'api' }),
        clock,
      })
    ).authorize();

    expect(token).toMatchObject({ headers: { authorization: 'Bearer t' }, tls: {} });
    expect(password.headers).toEqual({ authorization: `Basic ${base64('u:p')}`, 'impersonate-user': 'somebody' });
    expect(certificate).toMatchObject({ headers: {}, tls: { ca: Buffer.from('CA'), cert: Buffer.from('CERT'), key: Buffer.from('KEY'), servername: 'api' } });
    expect(new Set([token, password, certificate].map(({ connectionId }) => connectionId)).size).toBe(2);
  });

  it('are read again from a token file, whose last line ends, some seconds later', async () => {
    writeFileSync(file('token'), 'first\n');
    const clock = createFakeClock();
    const access = await findCluster({ kubeconfig: kubeconfig({ 'auth-provider': { name: 'tokenFile', config: { tokenFile: file('token') } } }), clock });
    expect((await access.authorize()).headers).toEqual({ authorization: 'Bearer first' });

    writeFileSync(file('token'), 'second\n');
    await clock.advance(10_000);
    access.forget();

    expect((await access.authorize()).headers).toEqual({ authorization: 'Bearer second' });
  });

  it('make another connection once the authority on disk is another, and not before', async () => {
    writeFileSync(file('ca.crt'), 'one');
    const clock = createFakeClock();
    const access = await findCluster({ kubeconfig: kubeconfig({ token: 't' }, { 'certificate-authority': 'ca.crt' }), clock });
    const first = await access.authorize();
    await clock.advance(10_000);
    const same = await access.authorize();

    writeFileSync(file('ca.crt'), 'two');
    await clock.advance(10_000);
    const other = await access.authorize();

    expect(same.connectionId).toBe(first.connectionId);
    expect(other.connectionId).not.toBe(first.connectionId);
    expect(other.tls.ca).toEqual(Buffer.from('two'));
  });

  it('are not looked for again where they were just read, however often they are refused', async () => {
    const clock = createFakeClock();
    const access = await findCluster({ kubeconfig: kubeconfig({ token: 'first' }), clock });
    kubeconfig({ token: 'second' });

    access.forget();
    expect((await access.authorize()).headers).toEqual({ authorization: 'Bearer first' });
    await clock.advance(5_000);
    access.forget();

    expect((await access.authorize()).headers).toEqual({ authorization: 'Bearer second' });
  });

  it('never go to another server than the one that was opened', async () => {
    const clock = createFakeClock();
    const access = await findCluster({ kubeconfig: kubeconfig({ token: 't' }), clock });
    kubeconfig({ token: 'theirs' }, { server: 'https://elsewhere.example' });
    await clock.advance(10_000);
    access.forget();

    await expect(access.authorize()).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining('restart') });
  });
});

describe('a credential plugin', () => {
  it('that hangs is waited for, not started again and again', async () => {
    const clock = createFakeClock();
    const access = await findCluster({ kubeconfig: kubeconfig(plugin(`while [ ! -e ${file('go')} ]; do sleep 0.02; done\necho '{"status":{"token":"late"}}'`)), clock });
    const waiting = access.authorize();
    await expect.poll(calls).toBe(1);

    await clock.advance(60_000);
    const again = access.authorize();
    writeFileSync(file('go'), '');

    expect((await Promise.all([waiting, again])).map(({ headers }) => headers)).toEqual([{ authorization: 'Bearer late' }, { authorization: 'Bearer late' }]);
    expect(calls()).toBe(1);
  });

  it('that failed is asked again by the next request', async () => {
    const access = await findCluster({ kubeconfig: kubeconfig(plugin(`if [ -e ${file('in')} ]; then echo '{"status":{"token":"t"}}'; else echo 'log in first' >&2; exit 1; fi`)), clock: createFakeClock() });
    await expect(access.authorize()).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining('log in first') });

    writeFileSync(file('in'), '');

    expect((await access.authorize()).headers).toEqual({ authorization: 'Bearer t' });
  });

  it.each(['{"token":"planted"}', 'planted', '"planted"', ''])('that prints %s is refused without a word of it', async (text) => {
    const access = await findCluster({ kubeconfig: kubeconfig(plugin(`printf '%s' '${text}'`)), clock: createFakeClock() });

    const error: unknown = await access.authorize().catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: 'KubeError', kind: 'denied', message: expect.stringContaining('plugin') });
    expect(String((error as Error).stack)).not.toContain('planted');
  });
});

describe('a cluster', () => {
  it.each([
    ['behind a proxy of its own', { 'proxy-url': 'http://proxy.example:3128' }, 'unsupported', 'proxy-url'],
    ['whose server is no URL', { server: 'nowhere' }, 'invalid', 'URL'],
  ])('%s cannot be opened, and says so', async (_title, cluster, kind, word) => {
    await expect(findCluster({ kubeconfig: kubeconfig({ token: 't' }, cluster), clock: createFakeClock() })).rejects.toMatchObject({ name: 'KubeError', kind, message: expect.stringContaining(word) });
  });

  it('has the name of its context, and its server without the slash at the end', async () => {
    expect(await findCluster({ kubeconfig: kubeconfig({ token: 't' }), clock: createFakeClock() })).toMatchObject({ name: 'test', server: 'https://127.0.0.1:6443' });
  });
});
