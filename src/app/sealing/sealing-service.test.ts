import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchFromCluster } from './fetch-certificate.ts';
import { reEncryptInCluster } from './re-encrypt.ts';
import type { SealingServiceOptions } from './sealing-service.ts';
import { validateInCluster } from './validate.ts';

interface Seen {
  readonly headers: IncomingMessage['headers'];
}

type Answer = { readonly status: number; readonly body: string };

let server: Server;
const seen: Seen[] = [];
let answers: Record<string, (body: string) => Answer> = {};
const folder = mkdtempSync(join(tmpdir(), 'prelude-service-'));
const proxy = '/base/api/v1/namespaces/kube-system/services/http:sealed:web/proxy';
let options: SealingServiceOptions = { namespace: 'kube-system', name: 'sealed' };
const never = new AbortController().signal;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await buffer(request)).toString('utf8');
  const what = `${request.method ?? ''} ${request.url ?? ''}`;
  seen.push({ headers: request.headers });
  const found = answers[what]?.(body) ?? { status: 404, body: '{"kind":"Status","message":"services \\"sealed\\" not found","reason":"NotFound","code":404}' };
  response.writeHead(found.status, { 'content-type': 'application/json' }).end(found.body);
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, JSON.stringify({ 'current-context': 'c', clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }], users: [{ name: 'u', user: { token: 'of-the-file' } }], contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }] }));
  options = { ...options, kubeconfig };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});
beforeEach(() => {
  seen.length = 0;
  answers = { 'GET /base/api/v1/namespaces/kube-system/services/sealed': () => ({ status: 200, body: '{"spec":{"ports":[{"name":"web","port":8080},{"name":"metrics"}]}}' }) };
});

const item = (name: string): string => Buffer.from(name.repeat(300)).toString('base64');
const document = `# by hand\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\nspec:\n  encryptedData:\n    x: ${item('old')} # of x\n  template:\n    data:\n      url: "{{ .x }}"\n`;

describe('the controller, through the service proxy', () => {
  it('gives its certificate, found by the name of the first port', async () => {
    answers[`GET ${proxy}/v1/cert.pem`] = () => ({ status: 200, body: 'PEM' });
    expect(await fetchFromCluster(options, never)).toBe('PEM');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer of-the-file', 'Bearer of-the-file']);
  });

  it('is asked as whom the command line says', async () => {
    answers[`GET ${proxy}/v1/cert.pem`] = () => ({ status: 200, body: 'PEM' });
    await fetchFromCluster({ ...options, overrides: { token: 'of-the-flag', impersonate: 'jane' }, groups: ['x', 'y'], uid: '7' }, never);
    expect(seen.at(-1)?.headers).toMatchObject({ authorization: 'Bearer of-the-flag', 'impersonate-user': 'jane', 'impersonate-group': 'x, y', 'impersonate-uid': '7' });
  });

  it('is missed in kubeseal\'s words, with how to name it', async () => {
    answers = {};
    await expect(fetchFromCluster(options, never)).rejects.toThrow(/^cannot get sealed secret service: .*\.\nPlease, use the flag --controller-name and --controller-namespace to set up the name and namespace of the sealed secrets controller$/);
  });

  it('validates each document, and names the first that it cannot open', async () => {
    const asked: string[] = [];
    answers[`POST ${proxy}/v1/verify`] = (body) => ({ status: body.includes('"bad"') ? 409 : 200, body: String(asked.push(body)).slice(9) });
    await validateInCluster(Buffer.from(`${document}---\n${document}`), options, never);
    expect(asked.map((body) => JSON.parse(body).metadata)).toEqual([{ name: 'a', namespace: 'b' }, { name: 'a', namespace: 'b' }]);
    await expect(validateInCluster(Buffer.from(document.replace('name: a', 'name: bad')), options, never)).rejects.toThrow('unable to decrypt sealed secret: bad');
    answers[`POST ${proxy}/v1/verify`] = () => ({ status: 403, body: '{"kind":"Status","message":"forbidden","reason":"Forbidden","code":403}' });
    await expect(validateInCluster(Buffer.from(document), options, never)).rejects.toThrow('cannot validate sealed secret');
  });

  it('re-encrypts: ciphertexts are taken from its answer, and nothing else', async () => {
    answers[`POST ${proxy}/v1/rotate`] = () => ({ status: 200, body: JSON.stringify({ metadata: { name: 'other', creationTimestamp: null }, spec: { template: {}, encryptedData: { x: item('new'), url: item('leaked') } } }) });
    expect(await reEncryptInCluster(Buffer.from(document), { ...options, format: 'yaml' }, never)).toBe(document.replace(item('old'), item('new')));
    const json = JSON.parse(await reEncryptInCluster(Buffer.from(document), { ...options, format: 'json' }, never));
    expect(json.spec).toEqual({ encryptedData: { x: item('new') }, template: { data: { url: '{{ .x }}' } } });
  });

  it.each([
    [500, '{}', 'cannot re-encrypt secret'],
    [409, '{}', 'unable to rotate secret'],
    [200, '{"spec":{"encryptedData":{}}}', 'the answer for a lacks x'],
    [200, 'canary', 'the answer for a lacks x'],
  ])('re-encrypts nothing where it answers %i %s', async (status, body, problem) => {
    answers[`POST ${proxy}/v1/rotate`] = () => ({ status, body });
    await expect(reEncryptInCluster(Buffer.from(document), { ...options, format: 'yaml' }, never)).rejects.toThrow(problem);
  });
});
