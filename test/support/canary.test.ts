import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCanaries, type Finding } from './canary.ts';

const encodings: readonly (readonly [string, (bytes: Buffer) => string | Buffer, Finding['encoding']])[] = [
  ['as it is', (bytes) => bytes, 'plain, URL-encoded or JSON-escaped'],
  ['in base64', (bytes) => bytes.toString('base64'), 'base64'],
  ['in base64 for URLs', (bytes) => bytes.toString('base64url'), 'base64'],
  ['in hex', (bytes) => bytes.toString('hex'), 'hex'],
  ['in capital hex', (bytes) => bytes.toString('hex').toUpperCase(), 'hex'],
  ['URL-encoded', (bytes) => encodeURIComponent(bytes.toString('utf8')), 'plain, URL-encoded or JSON-escaped'],
  ['as a form', (bytes) => new URLSearchParams({ value: bytes.toString('utf8') }).toString(), 'plain, URL-encoded or JSON-escaped'],
  ['JSON-escaped', (bytes) => JSON.stringify(bytes.toString('utf8')), 'plain, URL-encoded or JSON-escaped'],
  ['JSON-escaped twice', (bytes) => JSON.stringify({ message: JSON.stringify({ value: bytes.toString('utf8') }) }), 'plain, URL-encoded or JSON-escaped'],
];
const surroundings = { before: fc.uint8Array({ maxLength: 9 }), after: fc.uint8Array({ maxLength: 9 }) };

describe('the search for planted values', () => {
  it.each(encodings)('finds a value %s, whatever stands beside it', (_title, encode, encoding) => {
    fc.assert(
      fc.property(fc.record(surroundings), ({ before, after }) => {
        const canaries = createCanaries();
        const { bytes } = canaries.plant('token');
        const outside = Buffer.concat([before, Buffer.from(encode(bytes)), after]);
        const inside = Buffer.from(encode(Buffer.concat([before, bytes, after])));

        for (const content of [outside, inside]) {
          expect(canaries.search('log', content)).toContainEqual(expect.objectContaining({ canary: 'token', encoding, place: 'log' }));
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(encodings)('finds ten characters of either end %s', (_title, encode, encoding) => {
    const canaries = createCanaries();
    const { bytes } = canaries.plant('token');

    for (const piece of [bytes.subarray(0, 10), bytes.subarray(6, 16), bytes.subarray(-16, -6), bytes.subarray(-10)]) {
      for (const before of ['', 'x', 'xy']) {
        const content = encode(Buffer.concat([Buffer.from(before), piece]));
        expect(canaries.search('log', content)).toContainEqual(expect.objectContaining({ canary: 'token', encoding }));
      }
    }
  });

  it('finds what the engine quotes of text that it cannot parse', () => {
    const canaries = createCanaries();
    const { text } = canaries.plant('token');
    let message = '';
    try {
      // a letter first, because of a digit or the begin of "true" the engine says something else
      JSON.parse(`x${text}`);
    } catch (error) {
      message = String(error);
    }

    expect(canaries.search('error', message)).toHaveLength(1);
  });

  it('finds bytes that are no text, and values around megabytes', () => {
    const canaries = createCanaries();
    const binary = canaries.plant('binary', Uint8Array.of(0, 255, 254, 128));
    const large = canaries.plant('large', 'x'.repeat(2 << 20));

    expect(canaries.search('file', binary.bytes).map(({ canary }) => canary)).toEqual(['binary']);
    expect(canaries.search('file', Buffer.from(large.bytes).toString('base64')).map(({ canary }) => canary)).toEqual(['large']);
    expect(canaries.search('file', large.text.slice(0, 1000)).map(({ canary }) => canary)).toEqual(['large']);
  });

  it('tells values apart, and finds none where none is', () => {
    const canaries = createCanaries();
    const [one, other] = [canaries.plant('one'), canaries.plant('other')];
    const stranger = createCanaries().plant('one');

    expect(canaries.search('log', other.text).map(({ canary }) => canary)).toEqual(['other']);
    expect(canaries.plant('one').text).toBe(one.text);
    for (const content of [stranger.text, createHash('sha256').update(one.bytes).digest('hex'), '[redacted]', '', one.text.slice(0, 7)]) {
      expect(canaries.search('log', content)).toEqual([]);
    }
  });
});
