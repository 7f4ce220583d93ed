import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../test/support/certificate.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { listenLocally } from '../../test/support/listen-locally.ts';
import { startSilentServer } from '../../test/support/silent-server.ts';
import { systemClock } from './clock.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { HttpError } from './http.ts';
import type { ClosableHttpClient, HttpClientOptions } from './http-client.ts';
import { createHttpClient } from './http-client.ts';

const never = new AbortController().signal;
let closers: (() => Promise<void>)[];
let client: ClosableHttpClient;

beforeEach(() => {
  closers = [];
  client = open();
});

afterEach(async () => {
  for (const close of closers.toReversed()) await close();
});

function open(options: Partial<HttpClientOptions> = {}): ClosableHttpClient {
  const opened = createHttpClient({ clock: systemClock, allowLoopback: true, ...options });
  closers.push(opened.close);
  return opened;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = await listenLocally(createServer(listener));
  closers.push(server.close);
  return server.url;
}

function get(url: string, more: Partial<HttpRequest> = {}, by = client): Promise<HttpResponse> {
  return by.request({ method: 'GET', url, ...more }, never);
}

async function failure(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError);
    const text = inspect(error, { depth: 9, showHidden: true });
    expect(text).not.toMatch(/canary/);
    return error instanceof HttpError ? `${error.kind}: ${error.message.replace(/:[0-9]{4,5}\b/, ':PORT')}` : text;
  }
  throw new Error('nothing failed');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

describe('a request', () => {
  it('is sent as it is said, and answered with status, headers and body', async () => {
    const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body = await bodyOf(request);
      response.writeHead(418, { 'X-Saw': `${request.method} ${request.url} ${String(request.headers['x-said'])}`, 'Set-Cookie': ['a=1', 'b=2'] });
      response.end(body.toUpperCase());
    };
    const url = await serve((request, response) => void echo(request, response));

    const answer = await client.request({ method: 'POST', url: `${url}/a/b?c=d%20e#f`, headers: { 'x-said': 'this' }, body: 'text' }, never);

    expect([answer.status, answer.headers['x-saw'], answer.headers['set-cookie'], Buffer.from(answer.body).toString()]).toEqual([418, 'POST /a/b?c=d%20e this', 'a=1, b=2', 'TEXT']);
  });

  it('takes what stands before the host for Basic authorization', async () => {
    const url = await serve((request, response) => response.end(request.headers.authorization));

    const answer = await get(url.replace('http://', 'http://user:p%40ss@'));

    expect(Buffer.from(answer.body).toString()).toBe(`Basic ${btoa('user:p@ss')}`);
  });

  it('does not follow a redirect', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });

    const { status, headers } = await get(url);

    expect([status, headers['location'], asked]).toEqual([307, '/elsewhere', 1]);
  });

  it('that comes again uses the same connection', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });

    await get(url);
    await setImmediate();
    await get(url);

    expect(ports.size).toBe(1);
  });
});

describe('a deadline', () => {
  const slow: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    'a server that says nothing': () => undefined,
    'a server that sends no body': (response) => response.writeHead(200).flushHeaders(),
    'a server that never comes to an end': (response) => response.write('some'),
  };

  it.each(Object.entries(slow))('ends %s', async (_, respond) => {
    const url = await serve((_request, response) => respond(response));

    expect(await failure(get(`${url}/canary`, { timeout: 50 }))).toBe('timeout: 127.0.0.1:PORT did not answer within 0.05 s');
  });

  it('is ten seconds where nothing else is said, and leaves no timer', async () => {
    const clock = createFakeClock();
    const url = await serve(() => {});
    const asking = failure(get(url, {}, open({ clock })));
    await clock.advance(9_999);
    expect(clock.pending()).toBe(1);
    await clock.advance(1);

    expect(await asking).toBe('timeout: 127.0.0.1:PORT did not answer within 10 s');
    expect(clock.pending()).toBe(0);
  });

  it('is the request’s own, and the signal’s reason comes before it', async () => {
    const url = await serve(() => {});
    const controller = new AbortController();
    const asking = client.request({ method: 'GET', url }, controller.signal);
    setTimeout(() => controller.abort(new Error('no longer wanted')), 20);

    await expect(asking).rejects.toThrow('no longer wanted');
    await expect(client.request({ method: 'GET', url }, controller.signal)).rejects.toThrow('no longer wanted');
  });

  it('ends a request whose connection is still being made', async () => {
    const { url, met, close } = await startSilentServer();
    closers.push(close);
    const clock = createFakeClock();
    const asking = failure(get(url, {}, open({ clock })));
    await met;

    await clock.advance(10_000);

    expect(await asking).toBe('timeout: 127.0.0.1:PORT did not answer within 10 s');
  }, 5_000);
});

describe('an answer that is too large', () => {
  it('is given up at the limit', async () => {
    let written = 0;
    const url = await serve((_, response) => {
      const piece = 'canary'.repeat(10_000);
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) written += piece.length;
      };
      response.on('drain', more);
      more();
    });

    expect(await failure(get(url, {}, open({ largestAnswer: 100_000 })))).toBe('too-large: 127.0.0.1:PORT answers with more than 100000 bytes');
    expect(written).toBeLessThan(20_000_000);
  });

  it('is one byte more than the limit', async () => {
    const url = await serve((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
    const bounded = open({ largestAnswer: 10 });

    expect((await get(`${url}/10`, {}, bounded)).body.length).toBe(10);
    expect(await failure(get(`${url}/11`, {}, bounded))).toContain('too-large');
    expect((await get(`${url}/11`, { largestAnswer: 11 }, bounded)).body.length).toBe(11);
  });
});

describe('what cannot be asked', () => {
  it.each([
    ['not a url', 'invalid: the URL is not one; it begins with https:// or http://'],
    ['ftp://example.org/canary', 'invalid: the URL must begin with https:// or http://'],
    ['http://127.0.0.1:1/canary?canary', 'unreachable: 127.0.0.1:1 cannot be reached (ECONNREFUSED)'],
    ['http://canary@no-such-name.invalid/canary', 'unreachable: no-such-name.invalid cannot be reached (ENOTFOUND)'],
  ])('%s', async (url, message) => {
    const resolve = () => Promise.reject(Object.assign(new Error('canary'), { code: 'ENOTFOUND' }));

    expect(await failure(get(url, { headers: { authorization: 'canary' } }, open({ resolve })))).toBe(message);
  });

  it('is a header that is none, which is not quoted', async () => {
    expect(await failure(get('http://127.0.0.1:1/', { headers: { 'x-canary': 'canary\r\nx: y' } }))).toBe('invalid: no request to 127.0.0.1:1 can be made of these headers and this URL');
  });

  it('is a server that breaks off', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/early') request.socket.resetAndDestroy();
      else response.write('canary', () => request.socket.resetAndDestroy());
    });

    expect(await failure(get(`${url}/early`))).toMatch(/^unreachable: 127\.0\.0\.1:PORT cannot be reached \(ECONNRESET|UND_ERR_SOCKET\)$/);
    expect(await failure(get(`${url}/late`))).toMatch(/^unreachable: 127\.0\.0\.1:PORT cannot be reached \(/);
  });

  it('is anything after the end', async () => {
    const url = await serve((_, response) => response.end());
    await get(url);
    await client.close();

    expect(await failure(get(url))).toBe('unreachable: Prelude is shutting down');
  });
});

describe('addresses', () => {
  it.each(['http://169.254.169.254/latest/meta-data', 'http://[fd00:ec2::254]/', 'http://0.0.0.0/', 'http://0/', 'http://[::ffff:127.0.0.1]/', 'http://0xa9fea9fe/', 'http://2852039166/'])('%s is refused before anything is sent', async (url) => {
    expect(await failure(get(url))).toMatch(/^address: .* must not be asked: it is /);
  });

  it.each(['http://127.0.0.1:1/', 'http://127.1:1/', 'http://[::1]:1/', 'http://localhost:1/', 'http://LOCALHOST:1/'])('%s is refused where loopback is not allowed', async (url) => {
    expect(await failure(get(url, {}, open({ allowLoopback: false })))).toMatch(/^address: .* must not be asked: it is a loopback address$/);
  });

  it('of a name are those that are connected to: what the name means the next time does not count', async () => {
    const url = await serve((_, response) => response.end('reached'));
    const meanings = ['127.0.0.1', '169.254.169.254'];
    const resolve = () => Promise.resolve([{ address: meanings.shift() ?? '169.254.169.254', family: 4 }]);
    const rebound = open({ resolve });
    const named = url.replace('127.0.0.1', 'rebinding.example');

    expect(Buffer.from((await get(named, {}, rebound)).body).toString()).toBe('reached');
    expect(meanings).toEqual(['169.254.169.254']);
    await rebound.close();
    expect(await failure(get(named, {}, open({ resolve })))).toBe("address: rebinding.example must not be asked: it is a cloud's metadata address");
  });

  it('are refused where one of several may not be asked', async () => {
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }, { address: 'fe80::1', family: 6 }]);

    expect(await failure(get('http://both.example/', {}, open({ resolve })))).toBe('address: both.example must not be asked: it is a link-local address');
  });
});

describe('TLS', () => {
  const ours = createAuthority('ours');
  const theirs = createAuthority('theirs');

  async function serveTls(hosts: readonly string[] = ['127.0.0.1']): Promise<string> {
    const { cert, key } = ours.issue({ commonName: 'server', hosts });
    const server = createTlsServer({ cert, key, ca: ours.cert, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const socket = request.socket;
      response.end('authorized' in socket && socket.authorized === true ? 'a client we know' : 'a stranger');
    });
    const { url, close } = await listenLocally(server);
    closers.push(close);
    return url.replace('http:', 'https:');
  }

  it('trusts the authority of the request and no other', async () => {
    const url = await serveTls();

    expect(Buffer.from((await get(url, { tls: { ca: ours.cert } })).body).toString()).toBe('a stranger');
    expect(await failure(get(url, { tls: { ca: theirs.cert } }))).toMatch(/^unreachable: the certificate of 127\.0\.0\.1:PORT is not trusted \([A-Z_]+\)$/);
    expect(await failure(get(url))).toMatch(/^unreachable: the certificate of 127\.0\.0\.1:PORT is not trusted/);
  });

  it('does not take a certificate for another host', async () => {
    const url = await serveTls(['other.example']);

    expect(await failure(get(url, { tls: { ca: ours.cert } }))).toBe('unreachable: the certificate of 127.0.0.1:PORT is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)');
  });

  it('shows the client certificate of the request, and never that of another', async () => {
    const url = await serveTls();
    const tls = { ca: ours.cert, ...ours.issue({ commonName: 'client' }) };

    expect(Buffer.from((await get(url, { tls })).body).toString()).toBe('a client we know');
    expect(Buffer.from((await get(url, { tls: { ca: ours.cert } })).body).toString()).toBe('a stranger');
  });

  it.each([
    [{ ca: 'canary' }, 'invalid: the CA bundle, the client certificate or its key is not in PEM, is too large, or the key is not that of the certificate'],
    [{ ca: '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n' }, 'invalid: the CA bundle, the client certificate or its key is not in PEM, is too large, or the key is not that of the certificate'],
    [{ cert: ours.issue({ commonName: 'a' }).cert, key: ours.issue({ commonName: 'b' }).key }, 'invalid: the CA bundle, the client certificate or its key is not in PEM, is too large, or the key is not that of the certificate'],
  ])('says what is wrong with certificates, in no words of theirs', async (tls, message) => {
    expect(await failure(get('https://127.0.0.1:1/', { tls }))).toBe(message);
  });

  it('keeps the connections of a bounded number of certificates', async () => {
    const url = await serve((_, response) => response.end());

    for (let index = 0; index < 40; index += 1) await get(url, { tls: { ca: createAuthority(`${index}`).cert } });

    expect((await get(url)).status).toBe(200);
  });
});

describe('certificates of tenants', () => {
  it('are gone over once, however many beginnings of certificates a bundle has, and a refusal is remembered', async () => {
    const url = await serve((_, response) => response.end('x'));
    const ca = '-----BEGIN CERTIFICATE-----'.repeat(15_000);
    const started = performance.now();
    for (let index = 0; index < 20; index += 1) await expect(get(url, { tls: { ca } })).rejects.toMatchObject({ kind: 'invalid' });

    // what was quadratic took seconds for each of them
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('of many at once disturb no request of another', { timeout: 30_000 }, async () => {
    const authority = createAuthority('victim');
    const own = authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] });
    const server = createTlsServer({ cert: own.cert, key: own.key }, (_, response) => setTimeout(() => response.end('x'), 20));
    const listening = await listenLocally(server);
    closers.push(listening.close);
    const url = `https://127.0.0.1:${new URL(listening.url).port}/`;
    const others = Array.from({ length: 60 }, (_, index) => createAuthority(`tenant ${index}`).cert);
    const victim = Array.from({ length: 10 }, () => get(url, { tls: { ca: authority.cert } }));
    const results = await Promise.allSettled([...victim, ...others.map((ca) => get(url, { tls: { ca } }))]);

    expect(results.slice(0, 10).map(({ status }) => status)).toEqual(victim.map(() => 'fulfilled'));
    expect(results.slice(10).map((result) => (result.status === 'rejected' ? String(result.reason) : 'trusted'))).toEqual(others.map(() => expect.stringMatching(/not trusted/)));
  });
});
