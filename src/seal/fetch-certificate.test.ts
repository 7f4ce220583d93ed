import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCertificate } from './certificate-source.ts';
import { fetchCertificate } from './fetch-certificate.ts';

let server: Server;
let base = '';
const asked: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'prelude-cert-'));

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/cert') response.end('the certificate');
    else if (request.url === '/moved') response.writeHead(302, { location: '/cert' }).end();
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/large') response.end(Buffer.alloc((1 << 20) + 1));
    else if (request.url === '/none') response.writeHead(404).end();
    else if (request.url?.startsWith('http://') === true) response.end('by proxy');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

const never = new AbortController().signal;
const load = (source: string, env = {}): Promise<string> => loadCertificate(source, { env }, never);

describe('a certificate', () => {
  it('comes from a file, a file URL or a web server, redirects included', async () => {
    const path = join(folder, 'cert.pem');
    writeFileSync(path, 'in a file');
    expect(await Promise.all([path, pathToFileURL(path).href, `${base}/cert`, `${base}/moved`].map((source) => load(source)))).toEqual(['in a file', 'in a file', 'the certificate', 'the certificate']);
  });

  it('comes through the proxy that the environment names', async () => {
    expect(await load('http://certificates.example/x', { HTTP_PROXY: base })).toBe('by proxy');
    expect(asked).toContain('http://certificates.example/x');
  });

  it.each([
    ['/none', '404 Not Found'],
    ['/loop', 'redirected more than 5 times'],
    ['/large', 'larger than 1048576 bytes'],
  ])('at %s is refused: %s', async (path, problem) => {
    await expect(load(base + path)).rejects.toThrow(`cannot fetch "${base}${path}": ${problem}`.replace(': larger', ': it is larger').replace(': redirected', ': it is redirected'));
  });

  it('is not waited for beyond its deadline, nor once the caller gives up', async () => {
    await expect(fetchCertificate(`${base}/silent`, { env: {}, deadline: 50 }, never)).rejects.toThrow('no answer within 0.05 s');
    await expect(fetchCertificate(`${base}/silent`, { env: {} }, AbortSignal.timeout(50))).rejects.toThrow('timeout');
  });

  it.each([
    ['foo://x', 'unsupported protocol scheme "foo"'],
    ['http://127.0.0.1:1/x', 'ECONNREFUSED'],
    ['/no/such/file', 'open /no/such/file: no such file or directory'],
  ])('is not found at %s', async (source, problem) => {
    await expect(load(source)).rejects.toThrow(problem);
  });
});
