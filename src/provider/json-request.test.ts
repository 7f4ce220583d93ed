import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HttpResponse } from '../lib/http.ts';
import { askJson, parseJson, peekJson } from './json-request.ts';

const schema = z.object({ name: z.string() });
const answer = (body: string, status = 200): HttpResponse => ({ status, headers: {}, body: Buffer.from(body) });

describe('an answer in JSON', () => {
  it('is parsed, whatever else it holds', async () => {
    const asked = { http: () => Promise.resolve(answer('{"name":"a","more":1}')), service: 'the service', advice: '' };

    expect(await askJson({ method: 'GET', url: 'https://example.com' }, schema, asked, new AbortController().signal)).toEqual({ name: 'a' });
  });

  it.each(['<html>canary</html>', '{"name":["canary"]}', '"canary"', '{"canary"', ''])('of another form is a failure that quotes nothing of it: %j', (body) => {
    const parse = (): unknown => parseJson(answer(body), schema, 'the service');

    expect(parse).toThrow(/^the service (does not answer in JSON|answers in another form than it should) \(HTTP 200\)$/);
    expect(peekJson(answer(body), schema)).toBeUndefined();
  });

  it('that is asked for no more than what it says, says it whatever its status', () => {
    expect(peekJson(answer('{"name":"a"}', 404), schema)).toEqual({ name: 'a' });
  });
});
