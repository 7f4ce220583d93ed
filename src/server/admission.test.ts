import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../test/support/certificate.ts';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { createLog } from '../lib/log.ts';
import { createAdmissionServer } from './admission.ts';
import type { CheckObject } from './object-check.ts';
import type { Server } from './listen-at.ts';

const authority = createAuthority('test');
const check: CheckObject = ({ kind, spec }) => (kind === 'Other' ? undefined : { errors: spec === 'bad' ? [{ path: 'spec.a', message: 'must be good' }] : [], warnings: spec === 'old' ? ['write it anew'] : [] });

let folder: string;
let clock: FakeClock;
let server: Server;
let logged: string;

function issue(commonName: string): void {
  const { cert, key } = authority.issue({ commonName, hosts: ['127.0.0.1'] });
  writeFileSync(join(folder, 'tls.crt'), cert);
  writeFileSync(join(folder, 'tls.key'), key);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prelude-admission-'));
  clock = createFakeClock();
  logged = '';
  issue('first');
  const log = createLog({ level: 'info', destination: { write: (line) => (logged += line) } });
  server = await createAdmissionServer({ host: '127.0.0.1', port: 0, certFolder: folder, check, holdsPod: ({ metadata }) => metadata.name === 'held', clock, log });
});

afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Of the server's certificate. */
  readonly commonName: string;
}

function ask(body: string, path = '/validate', method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, ca: authority.cert, agent: false }, (response) => {
      const commonName = String((response.socket as TLSSocket).getPeerCertificate().subject.CN);
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, commonName }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function review(request: object): string {
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u-1', operation: 'CREATE', ...request } });
}

function object(spec: unknown, metadata: object = {}, kind = 'ExternalSecret'): object {
  return { apiVersion: 'external-secrets.io/v1', kind, metadata: { name: 'db', ...metadata }, spec };
}

function pod(name: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [] } };
}

async function verdict(request: object, path?: string): Promise<unknown> {
  const { status, text } = await ask(review(request), path);
  expect(status).toBe(200);
  const { apiVersion, kind, response } = JSON.parse(text) as { apiVersion: string; kind: string; response: unknown };
  expect([apiVersion, kind]).toEqual(['admission.k8s.io/v1', 'AdmissionReview']);
  return response;
}

const refused = { uid: 'u-1', allowed: false, status: { status: 'Failure', reason: 'Invalid', code: 422, message: 'spec.a: must be good' } };

describe('the admission server', () => {
  it.each(['/validate', '/validate/anything', '/validate-external-secrets-io-v1-externalsecret?timeout=5s'])('judges objects at %s', async (path) => {
    expect(await verdict({ object: object('good') }, path)).toEqual({ uid: 'u-1', allowed: true });
    expect(await verdict({ object: object('bad') }, path)).toEqual(refused);
  });

  it('answers about pods at a path of their own, with a patch', async () => {
    const { uid, allowed, patchType, patch } = (await verdict({ namespace: 'devnet', object: pod('held') }, '/mutate-pods?timeout=2s')) as Record<string, string>;

    expect({ uid, allowed, patchType }).toEqual({ uid: 'u-1', allowed: true, patchType: 'JSONPatch' });
    expect(JSON.parse(Buffer.from(patch ?? '', 'base64').toString())).toContainEqual({ op: 'add', path: '/spec/schedulingGates', value: [{ name: 'prelude.dev/secrets' }] });
    expect(await verdict({ namespace: 'devnet', object: pod('free') }, '/mutate-pods')).toEqual({ uid: 'u-1', allowed: true });
    expect((await ask(review({ object: pod('held') }), '/mutate-pods/other')).status).toBe(404);
  });

  it('answers nothing about pods where nobody holds any', async () => {
    const log = createLog({ level: 'silent', destination: 'stdout' });
    const other = await createAdmissionServer({ host: '127.0.0.1', port: 0, certFolder: folder, check, clock, log });
    const before = server;
    server = other;
    try {
      expect((await ask(review({ object: pod('held') }), '/mutate-pods')).status).toBe(404);
    } finally {
      server = before;
      await other.close();
    }
  });

  it('passes warnings on', async () => {
    expect(await verdict({ object: object('old') })).toEqual({ uid: 'u-1', allowed: true, warnings: ['write it anew'] });
  });

  it('has nothing against kinds it does not know, and against deletions', async () => {
    expect(await verdict({ object: object('bad', {}, 'Other') })).toMatchObject({ allowed: true });
    expect(await verdict({ operation: 'DELETE', object: null, oldObject: object('bad') })).toMatchObject({ allowed: true });
  });

  it('lets what is stored and not valid change its metadata and go, and not its spec', async () => {
    const warned = { allowed: true, warnings: ['this object is not valid: spec.a: must be good'] };
    expect(await verdict({ operation: 'UPDATE', object: object('bad', { labels: { a: 'b' } }), oldObject: object('bad') })).toMatchObject(warned);
    expect(await verdict({ operation: 'UPDATE', object: object('bad', { deletionTimestamp: '2026-01-01T00:00:00Z' }), oldObject: object('good') })).toMatchObject(warned);
    expect(await verdict({ operation: 'UPDATE', object: object('bad'), oldObject: object('good') })).toEqual(refused);
  });

  it.each([
    ['text', 'planted', 400],
    ['JSON of something else', '{"planted":true}', 400],
    ['a review of a version it does not speak', review({ object: object('good') }).replace('/v1"', '/v1beta1"'), 400],
    ['a review without an uid', JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { operation: 'CREATE', object: object('planted') } }), 400],
    ['nothing', '', 400],
  ])('answers %s with 400 and does not quote it', async (_what, body, status) => {
    const answer = await ask(body);

    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('planted');
  });

  it('reads no more than an object and its predecessor can have', async () => {
    const result = await ask(review({ object: object('x'.repeat(5 << 20)) })).catch((error: unknown) => error);

    // whoever still sends may only see that the connection was closed
    if (!(result instanceof Error)) expect(result).toMatchObject({ status: 413 });
    expect(await verdict({ object: object('good') })).toMatchObject({ allowed: true });
  });

  it('holds no more than its memory has room for, and goes on when there is room again', async () => {
    const body = review({ object: object('x'.repeat(3_900_000)) });
    let ended = 0;
    const slow = Array.from({ length: 5 }, () => {
      const sent = request({ host: '127.0.0.1', port: server.port, path: '/validate', method: 'POST', ca: authority.cert, agent: false });
      sent.once('close', () => (ended += 1)).on('error', () => {});
      // all but the end: it waits for the rest
      sent.write(body.slice(0, -2));
      return sent;
    });

    await expect.poll(() => ended, { timeout: 4_000 }).toBe(1);
    for (const sent of slow) sent.destroy();
    await expect.poll(() => ask(body).then(({ status }) => status), { timeout: 4_000 }).toBe(200);
  });

  it('answers all of many that come at once', async () => {
    const verdicts = await Promise.all(Array.from({ length: 60 }, () => verdict({ object: object('good') })));

    expect(verdicts).toEqual(Array.from({ length: 60 }, () => ({ uid: 'u-1', allowed: true })));
  });

  it('judges an update that only says anew which keys a store allows', async () => {
    const annotations = { 'prelude.dev/allowed-keys': 'changed' };

    expect(await verdict({ operation: 'UPDATE', object: object('bad', { annotations }), oldObject: object('bad') })).toEqual(refused);
    expect(await verdict({ operation: 'UPDATE', object: object('bad', { annotations, labels: { a: 'b' } }), oldObject: object('bad', { annotations }) })).toMatchObject({ allowed: true });
  });

  it('knows no other path and no other method', async () => {
    expect((await ask('', '/healthz')).status).toBe(404);
    expect((await ask('', '/validated')).status).toBe(404);
    expect((await ask('', '/validate', 'PUT')).status).toBe(405);
  });

  it('takes a new certificate without a restart, and keeps the old one where the new one cannot be used', async () => {
    expect((await ask('')).commonName).toBe('first');

    issue('second, which is longer');
    await expect.poll(() => clock.advance(10_000).then(async () => (await ask('')).commonName)).toBe('second, which is longer');

    writeFileSync(join(folder, 'tls.key'), 'planted');
    await expect.poll(() => clock.advance(10_000).then(() => logged)).toContain('cannot be used');
    expect((await ask('')).commonName).toBe('second, which is longer');
    expect(logged).not.toContain('planted');
  });

  it('does not start without a certificate', async () => {
    const options = { host: '127.0.0.1', port: 0, certFolder: join(folder, 'none'), check, clock, log: createLog({ level: 'silent', destination: 'stdout' }) };

    await expect(createAdmissionServer(options)).rejects.toThrow(/tls\.crt and tls\.key in .*none cannot be used: ENOENT/);
  });
});
