import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createIssuer, type TokenIssuer } from '../../test/support/events-issuer.ts';
import { type Network, startNetwork } from '../../test/support/events-network.ts';
import { createSigningKeys } from './signing-keys.ts';
import { verifyJwt } from './verify-jwt.ts';

const url = 'https://issuer.example/keys';
const { signal } = new AbortController();
const issuer = createIssuer();

async function withKeys<T>(act: (keys: ReturnType<typeof createSigningKeys>, network: Network, clock: ReturnType<typeof createFakeClock>) => Promise<T>, of: TokenIssuer = issuer): Promise<T> {
  await using network = await startNetwork();
  network.answers.set(url, () => ({ headers: { 'cache-control': 'public, max-age=3600, must-revalidate' }, body: of.keySet }));
  const clock = createFakeClock();
  return await act(createSigningKeys({ url, http: network.http, clock }), network, clock);
}

const now = createFakeClock().now();
const claims = { iss: 'https://issuer.example', aud: 'prelude', exp: now / 1000 + 600, iat: now / 1000 };
const expected = { issuers: ['https://issuer.example'], audience: 'prelude', now };

function verifyOne(token: string): Promise<{ readonly kind: string; readonly cause?: string }> {
  return withKeys((keys) => verifyJwt(token, keys, expected, signal));
}

describe('a token', () => {
  it('is taken, with its claims, where everything is right', async () => {
    expect(await verifyOne(issuer.sign({ ...claims, email: 'a@b.example' }))).toEqual({ kind: 'valid', claims: { ...claims, email: 'a@b.example' } });
    expect(await verifyOne(issuer.sign({ ...claims, aud: ['other', 'prelude'] }))).toMatchObject({ kind: 'valid' });
  });

  it.each([
    ['is of another issuer', { iss: 'https://evil.example' }],
    ['is for another audience', { aud: 'prelude.evil.example' }],
    ['is for another audience, of several', { aud: ['a', 'b'] }],
    ['has expired', { exp: now / 1000 - 61 }],
    ['is of the future', { nbf: now / 1000 + 3600 }],
    ['was made in the future', { iat: now / 1000 + 3600 }],
    ['never ends', { exp: 'never' }],
    ['has no audience', { aud: undefined }],
  ])('is refused that %s', async (_, change) => {
    expect(await verifyOne(issuer.sign({ ...claims, ...change }))).toMatchObject({ kind: 'refused' });
  });

  it('is refused where another key has signed it under the same name', async () => {
    expect(await verifyOne(createIssuer('key-1').sign(claims))).toEqual({ kind: 'refused', cause: 'the signature of the token is wrong' });
  });

  it('is refused without a signature, and where the public key was taken for a secret of an HMAC', async () => {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const none = `${encode({ alg: 'none', kid: 'key-1' })}.${encode(claims)}`;
    const hmac = `${encode({ alg: 'HS256', kid: 'key-1' })}.${encode(claims)}`;
    expect(await verifyOne(`${none}.`)).toMatchObject({ kind: 'refused' });
    expect(await verifyOne(`${none}.AA`)).toMatchObject({ kind: 'refused' });
    expect(await verifyOne(`${hmac}.${createHmac('sha256', issuer.pem).update(hmac).digest('base64url')}`)).toMatchObject({ kind: 'refused' });
  });

  it('is refused where its claims were changed after it was signed', async () => {
    const [head = '', , signature = ''] = issuer.sign(claims).split('.');
    const changed = Buffer.from(JSON.stringify({ ...claims, email: 'root@example.com' })).toString('base64url');
    expect(await verifyOne(`${head}.${changed}.${signature}`)).toEqual({ kind: 'refused', cause: 'the signature of the token is wrong' });
  });

  it('is refused where the key is too short to be trusted', async () => {
    const weak = createIssuer('key-1', 1024);
    expect(await withKeys((keys) => verifyJwt(weak.sign(claims), keys, expected, signal), weak)).toMatchObject({ kind: 'refused' });
  });

  it('may be anything else without harm', async () => {
    await withKeys((keys) =>
      fc.assert(
        fc.asyncProperty(fc.oneof(fc.string(), fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.')), fc.json().map((text) => `${Buffer.from(text).toString('base64url')}.e30.AA`)), async (token) => {
          expect((await verifyJwt(token, keys, expected, signal)).kind).toBe('refused');
        }),
        { numRuns: 200 },
      ),
    );
  });
});

describe('the keys of an issuer', () => {
  it('are asked for once, and again when the issuer says so', async () => {
    await withKeys(async (keys, network, clock) => {
      for (let count = 0; count < 5; count += 1) expect((await verifyJwt(issuer.sign(claims), keys, expected, signal)).kind).toBe('valid');
      expect(network.asked).toEqual(['GET https://issuer.example/keys']);
      await clock.advance(3_600_000);
      expect(await keys.find('key-1', signal)).toBeDefined();
      expect(network.asked).toHaveLength(2);
    });
  });

  it('are not asked for again and again by tokens that invent names', async () => {
    await withKeys(async (keys, network) => {
      for (let count = 0; count < 20; count += 1) expect((await verifyJwt(issuer.sign(claims, `invented-${count}`), keys, expected, signal)).kind).toBe('refused');
      expect(network.asked).toHaveLength(1);
    });
  });

  it('are learnt when the issuer has new ones', async () => {
    await withKeys(async (keys, network, clock) => {
      await verifyJwt(issuer.sign(claims), keys, expected, signal);
      const next = createIssuer('key-2');
      network.answers.set(url, () => ({ body: next.keySet }));
      await clock.advance(30_000);
      expect(await verifyJwt(next.sign(claims), keys, expected, signal)).toMatchObject({ kind: 'valid' });
    });
  });

  it('make no verdict where they cannot be had, and stay where they were had before', async () => {
    await withKeys(async (keys, network, clock) => {
      network.cut(true);
      expect(await verifyJwt(issuer.sign(claims), keys, expected, signal)).toMatchObject({ kind: 'unavailable' });
      network.cut(false);
      await clock.advance(30_000);
      expect(await verifyJwt(issuer.sign(claims), keys, expected, signal)).toMatchObject({ kind: 'valid' });
      network.cut(true);
      await clock.advance(2 * 3_600_000);
      expect(await keys.find('key-1', signal)).toBeTypeOf('object');
    });
  });
});
