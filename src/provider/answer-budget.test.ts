import { describe, expect, it } from 'vitest';
import type { HttpClient } from '../lib/http.ts';
import { HttpError } from '../lib/http.ts';
import { withAnswerBudget } from './answer-budget.ts';

const { signal } = new AbortController();
const MiB = 1024 * 1024;
const request = { method: 'GET', url: 'https://example.com/' } as const;

/** Answers with so many bytes, as far as a request takes them. */
function serving(size: number): { readonly http: HttpClient; readonly asked: () => number } {
  let asked = 0;
  const http: HttpClient = ({ largestAnswer = Infinity }) => {
    asked += 1;
    if (size > largestAnswer) return Promise.reject(new HttpError('too-large', 'example.com answers with more than is taken'));
    return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array(size) });
  };
  return { http, asked: () => asked };
}

describe('a budget of answers', () => {
  it('gives all answers until it is spent, and then asks for nothing more', async () => {
    const { http, asked } = serving(MiB);
    const within = withAnswerBudget(http, 'Example', 2 * MiB);
    for (const _ of [1, 2]) expect((await within(request, signal)).body).toHaveLength(MiB);

    for (const _ of [1, 2]) await expect(within(request, signal)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('Example gives more than 2 MiB') });
    expect(asked()).toBe(2);
  });

  it('is spent by answers that come side by side, too', async () => {
    const within = withAnswerBudget(serving(MiB).http, 'Example', 2 * MiB);
    const settled = await Promise.allSettled([1, 2, 3, 4].map(() => within(request, signal)));

    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('says of one answer that is too large how large it may be, a mebibyte where nothing is said', async () => {
    const within = withAnswerBudget(serving(3 * MiB).http, 'Example');

    await expect(within(request, signal)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than 1 MiB') });
    await expect(within({ ...request, largestAnswer: 2 * MiB }, signal)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than 2 MiB') });
    expect((await within({ ...request, largestAnswer: 4 * MiB }, signal)).status).toBe(200);
  });

  it('passes other failures on as they are', async () => {
    const error = new HttpError('timeout', 'example.com did not answer in time');

    await expect(withAnswerBudget(() => Promise.reject(error), 'Example')(request, signal)).rejects.toBe(error);
  });
});
