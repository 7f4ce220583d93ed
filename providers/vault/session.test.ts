import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext, ReadResult } from '../../src/provider/contract.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { unquotable } from '../../test/support/moody-server.ts';
import { appRole, connectVault, secretsOf, storeInVault, vaultAdmin } from '../../test/support/vault-bench.ts';
import type { VaultServer } from '../../test/support/vault-server.ts';
import { startVaultServer, vaultLogins } from '../../test/support/vault-server.ts';

const never = new AbortController().signal;
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
const withToken = { tokenSecretRef: { name: 'vault', key: 'token' } };
const login = 'PUT auth/approle/login';
const read = 'GET secret/data/a';

let server: VaultServer;

beforeEach(async () => {
  server = await startVaultServer();
  await storeInVault(vaultAdmin(server.url, vaultLogins.token), { mount: 'secret', version: 'v2', key: 'a' }, { k: 'v' });
});

afterEach(() => server.close());

function connect(config: object = {}, context: object = {}): Promise<ProviderClient> {
  return connectVault({ server: server.url, path: 'secret', auth: appRole, ...config }, { http: http.request, ...context });
}

function told(result: ReadResult | undefined): string | undefined {
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

async function readOnce(client: ProviderClient): Promise<string | undefined> {
  return told((await client.read([{ key: 'a' }], never))[0]);
}

/** What is asked while `act` runs. */
async function askedBy(act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = server.seen.length;
  await act();
  return server.seen.slice(before);
}

function asksFor(what: string): number {
  return server.seen.filter((one) => one === what).length;
}

/** A token is renewed beside the reads: until Vault was asked for it so many times. */
async function untilAsked(what: string, times: number): Promise<void> {
  await expect.poll(() => asksFor(what), { timeout: 5_000 }).toBe(times);
}

/** What Vault was asked before has come back by then. */
async function settled(client: ProviderClient): Promise<void> {
  for (let reads = 0; reads < 3; reads += 1) await readOnce(client);
}

describe('the login', () => {
  it('is one for all reads, however many begin at once, and is given back at the end', async () => {
    const client = await connect();
    const asked = await askedBy(() => Promise.all(Array.from({ length: 10 }, () => readOnce(client))));

    expect(asked.filter((one) => one === login)).toHaveLength(1);
    expect(asked.filter((one) => one === read)).toHaveLength(10);
    expect(server.openTokens()).toBe(1);
    expect(await askedBy(async () => client[Symbol.asyncDispose]())).toEqual(['PUT auth/token/revoke-self']);
    expect(server.openTokens()).toBe(0);
    expect(await askedBy(async () => client[Symbol.asyncDispose]())).toEqual([]);
  });

  it('does not happen before somebody asks', async () => {
    expect(await askedBy(async () => (await connect())[Symbol.asyncDispose]())).toEqual([]);
  });

  it('does not end for the others where one of them gives up', async () => {
    const client = await connect();
    const controller = new AbortController();
    const [one, other] = [client.read([{ key: 'a' }], controller.signal), readOnce(client)];
    controller.abort(new Error('no longer wanted'));

    await expect(one).rejects.toThrow('no longer wanted');
    expect(await other).toBe('value');
  });

  it('is not tried again at once where it was refused: no read may lock a user out', async () => {
    const clock = createFakeClock();
    await using client = await connect({}, { clock, secret: secretsOf({ secretId: 'wrong' }) });
    const refused = 'denied: Vault refuses to log in (HTTP 400); check auth.appRole';

    expect(await askedBy(async () => expect(await readOnce(client)).toBe(refused))).toEqual([login]);
    expect(await askedBy(async () => expect(await readOnce(client)).toBe(refused))).toEqual([]);
    await clock.advance(11_000);
    expect(await askedBy(async () => expect(await readOnce(client)).toBe(refused))).toEqual([login]);
  });

  it('leaves a token alone that was there before', async () => {
    const client = await connect({ auth: withToken });

    expect(await readOnce(client)).toBe('value');
    expect(await askedBy(async () => client[Symbol.asyncDispose]())).toEqual([]);
  });

  it('happens in the namespace of auth, as does giving back; secrets are in that of the store', async () => {
    const client = await connect({ namespace: 'team', auth: { namespace: 'admin', ...appRole } });
    await readOnce(client);
    await client[Symbol.asyncDispose]();

    expect(server.seen.slice(-3)).toEqual([`${login} @admin`, `${read} @team`, 'PUT auth/token/revoke-self @admin']);
  });
});

describe('a token that will end', () => {
  it('is prolonged when two thirds of its time are over, once for all who read', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: true });
    await using client = await connect({}, { clock });
    await readOnce(client);
    await clock.advance(199_000);
    expect(await askedBy(() => readOnce(client))).toEqual([read]);
    await clock.advance(2_000);
    const asked = await askedBy(async () => {
      await Promise.all([readOnce(client), readOnce(client)]);
      await untilAsked('PUT auth/token/renew-self', 1);
    });

    expect(asked.toSorted()).toEqual([read, read, 'PUT auth/token/renew-self']);
    await clock.advance(199_000);
    expect(await askedBy(() => readOnce(client))).toEqual([read]);
  });

  it('is replaced where it cannot be prolonged, and given back', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: false });
    await using client = await connect({}, { clock });
    await readOnce(client);
    await clock.advance(201_000);
    await readOnce(client);
    await untilAsked('PUT auth/token/revoke-self', 1);

    expect(await askedBy(() => readOnce(client))).toEqual([read]);
    expect([asksFor(login), server.openTokens()]).toEqual([2, 1]);
  });

  it('serves on where no other is to be had, and nobody waits for that', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: false });
    const credentials = { wrong: false, asked: 0 };
    const secret: ProviderContext['secret'] = (selector) => {
      if (selector.key === 'secretId') credentials.asked += 1;
      return secretsOf(credentials.wrong ? { ...vaultLogins, secretId: 'wrong' } : vaultLogins)(selector);
    };
    await using client = await connect({}, { clock, secret });
    await readOnce(client);
    credentials.wrong = true;
    await clock.advance(201_000);

    for (let reads = 0; reads < 10; reads += 1) expect(await readOnce(client)).toBe('value');
    await untilAsked(login, 2);
    await clock.advance(88_000);
    expect(await readOnce(client)).toBe('value');
    await clock.advance(10_000);
    expect(await readOnce(client)).toMatch(/^denied: /);
    expect(credentials.asked).toBeLessThan(5);
  });

  it('is not waited for where Vault takes its time to give another', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: false });
    let isSlow = false;
    const secret: ProviderContext['secret'] = (selector) => (isSlow ? new Promise(() => {}) : secretsOf(vaultLogins)(selector));
    await using client = await connect({}, { clock, secret });
    await readOnce(client);
    isSlow = true;
    await clock.advance(201_000);

    expect(await readOnce(client)).toBe('value');
  });

  it('is replaced where it is prolonged by less and less, near its greatest age', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: true, renewedSeconds: 60 });
    await using client = await connect({}, { clock });
    await readOnce(client);
    await clock.advance(201_000);
    await readOnce(client);
    await untilAsked('PUT auth/token/renew-self', 1);
    await settled(client);
    await clock.advance(41_000);
    await readOnce(client);
    await untilAsked('PUT auth/token/revoke-self', 1);

    expect(asksFor(login)).toBe(2);
  });

  it('is replaced where nobody has used it until its end', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: true });
    await using client = await connect({}, { clock });
    await readOnce(client);
    await clock.advance(301_000);
    server.endTokens();

    expect(await askedBy(async () => expect(await readOnce(client)).toBe('value'))).toEqual([login, read]);
  });

  it('serves on where Vault cannot be asked to prolong it', async () => {
    const clock = createFakeClock();
    server.lease({ seconds: 300, renewable: true });
    await using client = await connect({}, { clock });
    await readOnce(client);
    await clock.advance(201_000);
    server.answerWith({ status: 503, body: { errors: [] } });
    expect(await readOnce(client)).toMatch(/^unavailable: /);
    await untilAsked('PUT auth/token/renew-self', 1);
    server.answerWith(undefined);
    await settled(client);

    expect(await askedBy(async () => expect(await readOnce(client)).toBe('value'))).toEqual([read]);
    await clock.advance(5_000);
    await readOnce(client);
    await untilAsked('PUT auth/token/renew-self', 2);
  });
});

describe('a request that is denied', () => {
  it('is asked once more with another token where Vault does not know the first any more', async () => {
    await using client = await connect();
    await readOnce(client);
    server.endTokens();
    const asked = await askedBy(async () => {
      expect(await Promise.all([readOnce(client), readOnce(client)])).toEqual(['value', 'value']);
    });

    expect(asked.filter((one) => one === login)).toHaveLength(1);
    expect(asked.filter((one) => one === 'GET auth/token/lookup-self')).toHaveLength(1);
  });

  it('is denied where Vault knows the token, and then the next are believed for a while', async () => {
    const clock = createFakeClock();
    server.deny('secret/data/a');
    await using client = await connect({}, { clock });
    const denied = 'denied: Vault does not allow to read secret/data/a (HTTP 403); check auth, and the policies of its role';

    expect(await askedBy(async () => expect(await readOnce(client)).toBe(denied))).toEqual([login, read, 'GET auth/token/lookup-self']);
    expect(await askedBy(async () => expect(await readOnce(client)).toBe(denied))).toEqual([read]);
    await clock.advance(61_000);
    expect(await askedBy(async () => expect(await readOnce(client)).toBe(denied))).toEqual([read, 'GET auth/token/lookup-self']);
  });

  it('is denied at once with a token that was given', async () => {
    await using client = await connect({ auth: withToken }, { secret: secretsOf({ token: 'hvs.old' }) });

    expect(await askedBy(async () => expect(await readOnce(client)).toMatch(/^denied: /))).toEqual([read]);
  });
});

describe('validation', () => {
  it('asks Vault about the token', async () => {
    await using client = await connect();

    expect(await askedBy(async () => expect(await client.validate?.(never)).toBe('valid'))).toEqual([login, 'GET auth/token/lookup-self']);
    await using other = await connect({ auth: withToken }, { secret: secretsOf({ token: 'hvs.old' }) });
    await expect(other.validate?.(never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('is of the login, and not of a token that has ended', async () => {
    await using client = await connect({ namespace: 'team' });
    expect(await client.validate?.(never)).toBe('valid');
    server.endTokens();

    expect(await client.validate?.(never)).toBe('valid');
    expect(server.openTokens()).toBe(1);
  });
});

describe('trouble', () => {
  it.each([
    [412, 'unavailable: Vault has not yet heard of the last write at the node that answers (HTTP 412)'],
    [472, 'unavailable: Vault is a secondary for disaster recovery, and answers nothing until it is promoted (HTTP 472)'],
    [473, 'unavailable: Vault is a standby node that answers nothing (HTTP 473)'],
    [503, 'unavailable: Vault is sealed, or not available (HTTP 503)'],
    [500, 'unavailable: Vault is not available (HTTP 500)'],
    [429, 'throttled: Vault asks to slow down (HTTP 429)'],
    [400, 'invalid: Vault refuses the request (HTTP 400)'],
    [405, 'invalid: Vault refuses the request (HTTP 405)'],
    [307, 'invalid: Vault answers with a redirect (HTTP 307), which is not followed; name the address itself'],
  ])('is told of a status %i in words of ours', async (status, message) => {
    await using client = await connect({ auth: withToken });
    server.answerWith({ status, headers: { 'retry-after': '7' }, body: { errors: [unquotable] } });
    const [result] = await client.read([{ key: 'a' }], never);

    expect(told(result)).toBe(message);
    expect(result?.kind === 'error' && result.error.retryAfter).toBe(status === 429 || status === 500 ? 7000 : undefined);
    expect(inspect(result, { depth: 9, showHidden: true })).not.toContain(unquotable);
  });

  it('is told where something else answers', async () => {
    await using client = await connect({ auth: withToken });
    server.behave('garbled');
    expect(await readOnce(client)).toBe('unavailable: what answers is not Vault: it is no object in JSON (HTTP 200)');
    server.behave('well');
    server.answerWith({ status: 404, body: '<html>' });
    expect(await readOnce(client)).toBe('unavailable: what answers is not Vault: it is no object in JSON (HTTP 404)');
    server.answerWith({ status: 404, body: { message: 'no such page' } });
    expect(await readOnce(client)).toBe('unavailable: what answers is not Vault: it does not say what is missing (HTTP 404)');
    server.answerWith({ status: 200, body: { data: { data: ['a'], metadata: { version: 1 } } } });
    expect(await readOnce(client)).toBe('unavailable: Vault does not answer as a key-value engine does: the data is no object');
    const noEngine = 'unavailable: Vault does not answer as a key-value engine of version v2 does; check path and version of the store';
    for (const data of [{}, { data: null }, { data: { k: 'v' } }, { data: null, metadata: {} }]) {
      server.answerWith({ status: 200, body: { data } });
      expect(await readOnce(client)).toBe(noEngine);
    }
    server.answerWith({ status: 200, body: { data: null } });
    expect(await readOnce(client)).toBe('unavailable: Vault does not answer as a key-value engine does: there is no data');
    server.answerWith({ status: 404, body: { data: { data: { k: 'v' } } } });
    expect(await readOnce(client)).toMatch(/^unavailable: /);
  });

  it('is never taken for absence: a path that leads nowhere is an error', async () => {
    await using nowhere = await connect({ path: 'no-mount' });
    await using other = await connect({ path: 'secret', version: 'v1' });
    const message = 'invalid: Vault has nothing at this path (HTTP 404); check path, version and namespace of the store, and the key';
    server.answerWith({ status: 404, body: { errors: ['no handler for route "no-mount/data/a"'] } });
    expect(told((await nowhere.read([{ key: 'a' }], never))[0])).toMatch(/^invalid: /);
    server.answerWith(undefined);

    // an engine of version v2 that is taken for one of v1
    expect(await readOnce(other)).toBe(message);
  });
});

describe('reading what was written', () => {
  /** What a read says after a write that the node which answers has not heard of. */
  async function readBehind(config: object): Promise<string | undefined> {
    await using client = await connect({ auth: withToken, ...config });
    const value = SecretBytes.fromUtf8('new');
    const source = { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) };
    for (const text of [value, SecretBytes.fromUtf8('newest')]) {
      expect(await client.write?.({ remoteKey: 'b', property: 'k', secretKey: 'k', value: text, source, updatePolicy: 'Replace' }, never)).toEqual({ kind: 'written' });
    }
    server.fallBehind();
    const [result] = await client.read([{ key: 'b' }], never);
    return result?.kind === 'value' ? new TextDecoder().decode(result.value.reveal()) : told(result);
  }

  it('gives what was there before, unless more is asked for', async () => {
    expect(await readBehind({})).toBe('{"k":"new"}');
  });

  it('fails with readYourWrites, until the node has heard of it', async () => {
    expect(await readBehind({ readYourWrites: true })).toBe('unavailable: Vault has not yet heard of the last write at the node that answers (HTTP 412)');
  });

  it('gives what was written with forwardInconsistent, too', async () => {
    expect(await readBehind({ readYourWrites: true, forwardInconsistent: true })).toBe('{"k":"newest"}');
  });
});
