import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { HttpResponse } from '../lib/http.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { Login } from './login-token.ts';
import { LoginToken, sendWithToken } from './login-token.ts';
import { ProviderError } from './provider-error.ts';

const never = new AbortController().signal;
const text = (token: SecretBytes): string => Buffer.from(token.reveal()).toString('utf8');

/** Logins that a test answers itself, one after the other. */
function scripted(clock = createFakeClock()) {
  const signals: AbortSignal[] = [];
  const answers: { readonly give: (life: number) => void; readonly fail: (kind: ProviderError['kind']) => void }[] = [];
  const logIn = (signal: AbortSignal): Promise<Login> => {
    signals.push(signal);
    const token = SecretBytes.fromUtf8(`token ${signals.length}`);
    return new Promise((resolve, reject) => {
      answers.push({ give: (life) => resolve({ token, life }), fail: (kind) => reject(new ProviderError(kind, 'it failed')) });
    });
  };
  return { clock, signals, answers, token: new LoginToken(clock, logIn) };
}

describe('the token of a login', () => {
  it('is asked for once by all who need it at the same time', async () => {
    const { answers, signals, token } = scripted();
    const both = Promise.all([token.get(never), token.get(never)]);
    answers[0]?.give(1000);

    expect((await both).map(text)).toEqual(['token 1', 'token 1']);
    expect(signals).toHaveLength(1);
  });

  it('is renewed before its end, once, while the old one serves all who ask', async () => {
    const { clock, signals, answers, token } = scripted();
    const asked = token.get(never);
    answers[0]?.give(1000);
    await asked;
    await clock.advance(799);
    expect([text(await token.get(never)), signals.length]).toEqual(['token 1', 1]);
    await clock.advance(1);
    expect([text(await token.get(never)), text(await token.get(never)), signals.length]).toEqual(['token 1', 'token 1', 2]);

    answers[1]?.give(1000);
    await clock.settle();
    expect([text(await token.get(never)), signals.length]).toEqual(['token 2', 2]);
  });

  it('is waited for where the old one has ended', async () => {
    const { clock, answers, token } = scripted();
    const asked = token.get(never);
    answers[0]?.give(1000);
    await asked;
    await clock.advance(950);
    const next = token.get(never);
    answers[1]?.give(1000);

    expect(text(await next)).toBe('token 2');
  });

  it('serves to its end where it cannot be renewed, and is tried to be now and then', async () => {
    const { clock, signals, answers, token } = scripted();
    const asked = token.get(never);
    answers[0]?.give(3_600_000);
    await asked;
    await clock.advance(2_900_000);
    expect(text(await token.get(never))).toBe('token 1');
    answers[1]?.fail('unavailable');
    await clock.settle();
    expect([text(await token.get(never)), signals.length]).toEqual(['token 1', 2]);

    await clock.advance(30_000);
    expect([text(await token.get(never)), signals.length]).toEqual(['token 1', 3]);
    answers[2]?.fail('unavailable');
    await clock.advance(660_000);
    const late = token.get(never);
    answers[3]?.fail('unavailable');
    await expect(late).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('is asked for anew at once after a login that came to nothing', async () => {
    const { clock, answers, token } = scripted();
    const failed = token.get(never);
    answers[0]?.fail('unavailable');
    await expect(failed).rejects.toMatchObject({ kind: 'unavailable' });

    await clock.settle();
    const next = token.get(never);
    answers[1]?.give(1000);
    expect(text(await next)).toBe('token 2');
  });

  it('is not asked for again at once after a login that was refused, and each time later: nobody is locked out by reads', async () => {
    const { clock, signals, answers, token } = scripted();
    const refusedAgain = async (login: number): Promise<void> => {
      const refused = token.get(never);
      answers[login]?.fail('denied');
      await expect(refused).rejects.toMatchObject({ kind: 'denied' });
      await clock.settle();
    };
    await refusedAgain(0);
    for (let reads = 0; reads < 10; reads += 1) await refusedAgain(0);
    expect(signals).toHaveLength(1);

    await clock.advance(10_000);
    await refusedAgain(1);
    await clock.advance(19_999);
    await refusedAgain(1);
    expect(signals).toHaveLength(2);

    await clock.advance(1);
    const next = token.get(never);
    answers[2]?.give(1000);
    expect(text(await next)).toBe('token 3');
  });

  it('is still asked for where one of those who wait gives up', async () => {
    const { answers, signals, token } = scripted();
    const reason = new Error('enough');
    const controller = new AbortController();
    const leaving = token.get(controller.signal);
    const staying = token.get(never);
    controller.abort(reason);
    await expect(leaving).rejects.toBe(reason);

    answers[0]?.give(1000);
    expect(text(await staying)).toBe('token 1');
    expect(signals[0]?.aborted).toBe(false);
    await expect(token.get(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is dropped where it was refused, and only the one that was', async () => {
    const { clock, answers, token } = scripted();
    const asked = token.get(never);
    answers[0]?.give(1000);
    const first = await asked;
    await clock.settle();

    token.drop(SecretBytes.fromUtf8('token 1'));
    expect(await token.get(never)).toBe(first);
    token.drop(first);
    const next = token.get(never);
    answers[1]?.give(1000);
    expect(text(await next)).toBe('token 2');
    token.drop(first);
    expect(text(await token.get(never))).toBe('token 2');
  });

  it('is handed out at the end, once, and a login under way ends', async () => {
    const { clock, answers, signals, token } = scripted();
    const asked = token.get(never);
    answers[0]?.give(1000);
    const given = await asked;
    await clock.settle();

    expect([token.close(), token.close()]).toEqual([given, undefined]);
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe('a request with a token', () => {
  const answer = (status: number): HttpResponse => ({ status, headers: {}, body: Buffer.alloc(0) });
  const tokens = ['first', 'second', 'third'].map((name) => SecretBytes.fromUtf8(name));

  it('is sent again, once, with another where the first is not known', async () => {
    const sent: string[] = [];
    const dropped: SecretBytes[] = [];
    const source = { get: () => Promise.resolve(tokens[sent.length] ?? SecretBytes.fromUtf8('too many')), drop: (token: SecretBytes) => void dropped.push(token) };
    const sendAs = (token: SecretBytes): Promise<HttpResponse> => {
      sent.push(text(token));
      return Promise.resolve(answer(401));
    };

    expect((await sendWithToken(source, sendAs, never)).status).toBe(401);
    expect([sent, dropped]).toEqual([['first', 'second'], [tokens[0]]]);
  });

  it('is sent once where there is no other token, or the answer says something else', async () => {
    const sent: number[] = [];
    const get = (): Promise<SecretBytes> => Promise.resolve(SecretBytes.fromUtf8('only'));
    const sendAs = (status: number) => (): Promise<HttpResponse> => {
      sent.push(status);
      return Promise.resolve(answer(status));
    };
    await sendWithToken({ get }, sendAs(401), never);
    await sendWithToken({ get, drop: () => sent.push(0) }, sendAs(403), never);

    expect(sent).toEqual([401, 403]);
  });
});
