import { createServer as createPlainServer } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../test/support/certificate.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { listenLocally } from '../../../test/support/listen-locally.ts';
import { refusal } from '../../../test/support/refusal.ts';
import { startSilentServer } from '../../../test/support/silent-server.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { ApiClient } from './api-client.ts';
import type { ApiRequest, FinishedRequest } from './api-request.ts';
import type { Authorization } from './cluster-access.ts';

const { signal } = new AbortController();
const request: ApiRequest = { verb: 'get', resource: 'secrets', target: 'devnet/a', sensitive: false, method: 'GET', path: '/api/v1/namespaces/devnet/secrets/a' };
const authority = createAuthority('test');
const certificate = authority.issue({ commonName: 'api', hosts: ['127.0.0.1'] });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server with TLS that answers an empty object. */
async function startServer(options: ServerOptions = certificate): Promise<string> {
  const { url, close } = await listenLocally(createServer(options, (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')));
  closing.push(close);
  return url.replace('http:', 'https:');
}

interface Opened {
  readonly client: ApiClient;
  readonly finished: readonly FinishedRequest[];
}

function open(server: string, authorize: () => Promise<Authorization>, clock: Clock = systemClock): Opened {
  const finished: FinishedRequest[] = [];
  const client = new ApiClient({ access: { name: 'test', server, authorize, forget: () => {} }, clock, userAgent: 'test', onRequest: (one) => finished.push(one) });
  closing.push(() => client.close());
  return { client, finished };
}

/** Trusts a certificate authority. */
function trusting(ca: string): Authorization {
  return { headers: {}, tls: { ca }, connectionId: ca };
}

describe('a server', () => {
  it.each(['127.0.0.1', 'localhost'])('that is not there is named with what went wrong (%s)', async (host) => {
    const { client, finished } = open(`https://${host}:1`, () => Promise.resolve(trusting(authority.cert)));

    const error = await refusal(client.send(request, signal));

    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(new RegExp(`^get secrets devnet/a: no answer from https://${host}:1: .*ECONNREFUSED`));
    expect(finished).toMatchObject([{ verb: 'get', resource: 'secrets', code: 'unavailable' }]);
  });

  it('is not spoken to where nobody we trust vouches for it', async () => {
    const server = await startServer();
    const { client } = open(server, () => Promise.resolve(trusting(createAuthority('another').cert)));

    const error = await refusal(client.send(request, signal));

    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain(server);
  });

  it('is not spoken to under a name that is not its own', async () => {
    const server = await startServer(authority.issue({ commonName: 'other', hosts: ['other.example'] }));
    const { client } = open(server, () => Promise.resolve(trusting(authority.cert)));

    expect((await refusal(client.send(request, signal))).message).toContain('127.0.0.1 is not in');
  });

  it('is spoken to again once its new authority is trusted', async () => {
    const server = await startServer();
    let authorization = trusting(createAuthority('old').cert);
    const { client, finished } = open(server, () => Promise.resolve(authorization));
    await refusal(client.send(request, signal));

    authorization = trusting(authority.cert);

    expect((await client.send(request, signal)).body).toEqual({});
    expect(finished.map(({ code }) => code)).toEqual(['unavailable', '200']);
  });

  it('that speaks no TLS is unavailable', async () => {
    const { url, close } = await listenLocally(createPlainServer());
    closing.push(close);
    const { client } = open(url.replace('http:', 'https:'), () => Promise.resolve(trusting(authority.cert)));

    expect((await refusal(client.send(request, signal))).kind).toBe('unavailable');
  });

  it('that takes a connection and says nothing is waited for no longer than the caller waits', async () => {
    const { url, met, close } = await startSilentServer();
    closing.push(close);
    const { client } = open(url, () => Promise.resolve(trusting(authority.cert)));
    const stop = new AbortController();
    const reason = new Error('enough');
    const call = client.send(request, stop.signal);
    await met;

    stop.abort(reason);

    await expect(call).rejects.toBe(reason);
  }, 5_000);
});

describe('credentials', () => {
  it('that do not come in time are told from a server that does not answer', async () => {
    const clock = createFakeClock();
    const { client } = open('https://127.0.0.1:1', () => new Promise(() => {}), clock);
    const call = refusal(client.send(request, signal));

    await clock.advance(30_000);

    expect(await call).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('credentials for test') });
  });

  it('are waited for no longer than the caller waits', async () => {
    const { client } = open('https://127.0.0.1:1', () => new Promise(() => {}));
    const stop = new AbortController();
    const reason = new Error('enough');
    const call = client.send(request, stop.signal);

    stop.abort(reason);

    await expect(call).rejects.toBe(reason);
  });
});

describe('a client that is closed', () => {
  it('sends nothing more', async () => {
    const { client } = open(await startServer(), () => Promise.resolve(trusting(authority.cert)));
    await client.send(request, signal);

    await client.close();

    expect(await refusal(client.send(request, signal))).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('closed') });
  });
});
