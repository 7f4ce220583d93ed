import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAllPem, decodePem, encodePem } from './pem.ts';

const name = fc.stringMatching(/^[A-Z][A-Z0-9 ]{0,10}[A-Z0-9]$/);
const headers = fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,8}$/), fc.stringMatching(/^[a-z0-9]([a-z :]{0,6}[a-z])?$/)), { maxLength: 3 });
const block = fc.record({ type: name, headers: headers.map((entries) => new Map(entries)), bytes: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) });

describe('PEM', () => {
  it('reads the blocks that it writes, and what stands around them', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), fc.constantFrom('', 'junk', 'junk\n'), (blocks, end) => {
        const found = decodeAllPem(blocks.map(encodePem).join('comment\n') + end);
        expect(found.blocks).toEqual(blocks);
        expect(found.rest).toBe(end);
      }),
    );
  });

  it('writes lines of 64 characters', () => {
    const lines = encodePem({ type: 'X', bytes: Buffer.alloc(97) }).split('\n');
    expect(lines.map(({ length }) => length)).toEqual([17, 64, 64, 4, 15, 0]);
  });

  it('leaves the text as it is where there is no block', () => {
    expect(decodePem('x\n-----BEGIN A-----\n')).toEqual({ rest: 'x\n-----BEGIN A-----\n' });
  });

  it('goes over a text once, however many lines begin or end blocks', () => {
    const size = 100_000;
    const texts = ['-----BEGIN A-----\n', '\n-----END A-----\n', '-----BEGIN A-----\n\n-----END B-----\n', 'a:b\n', '-----BEGIN A-----\na:b\n-----END A-----\n'].map((line) => line.repeat(size / 10));
    const started = performance.now();
    for (const text of texts) decodeAllPem(text);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
