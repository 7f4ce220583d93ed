import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextBuilder } from './text-builder.ts';

it('puts parts together in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 1_100 }), (parts, times) => {
      const builder = new TextBuilder();
      for (let round = 0; round < times; round += 1) for (const part of parts) builder.add(part);
      expect(builder.text()).toBe(parts.join('').repeat(times));
    }),
    { numRuns: 20 },
  );
});
