import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyTooLargeError, isJson, parseJson, readBody, retryAfterOf } from './json-body.ts';

describe('a body', () => {
  it('is read whole up to the limit, and not beyond it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 10 }), fc.nat(200), async (chunks, limit) => {
        const buffers = chunks.map((chunk) => Buffer.from(chunk));
        const whole = Buffer.concat(buffers);
        const reading = readBody(Readable.from(buffers), limit);

        if (whole.length > limit) await expect(reading).rejects.toBeInstanceOf(BodyTooLargeError);
        else expect(await reading).toEqual(whole);
      }),
    );
  });

  it('that is too large is not read on', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent += 1;
          yield Buffer.alloc(1000);
        }
      })(),
      { highWaterMark: 1 },
    );

    await expect(readBody(endless, 10_000)).rejects.toBeInstanceOf(BodyTooLargeError);

    expect(sent).toBeLessThan(20);
    expect(endless.destroyed).toBe(true);
  });

  it('is JSON, null too, or nothing', () => {
    expect(parseJson(Buffer.from('null'))).toEqual({ value: null });
    expect(parseJson(Buffer.from('{"a":'))).toBeUndefined();
    expect(parseJson(Buffer.from(''))).toBeUndefined();
  });

  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList', true],
    ['application/problem+json', true],
    ['application/jsonp', false],
    ['text/html', false],
    ['', false],
  ])('called "%s" is JSON: %s', (type, expected) => {
    expect(isJson({ 'content-type': type })).toBe(expected);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 1);

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['99999999999999', undefined],
    ['', undefined],
  ])('"%s" is %s milliseconds', (text, expected) => {
    expect(retryAfterOf({ 'retry-after': text }, now)).toBe(expected);
  });

  it('may be missing', () => {
    expect(retryAfterOf({}, now)).toBeUndefined();
  });
});
