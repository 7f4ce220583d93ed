import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrunedFields } from './pruned-fields.ts';

describe('pruned fields', () => {
  it('are those that were sent and did not come back, wherever they stand', () => {
    const pruned = new PrunedFields();

    pruned.learn(
      { observedGeneration: 1, conditions: [{ type: 'Ready', observedGeneration: 1 }], nested: { kept: 1, dropped: 2 } },
      { conditions: [{ type: 'Ready' }], nested: { kept: 1 } },
    );

    expect(pruned.strip({ observedGeneration: 2, conditions: [{ type: 'A', observedGeneration: 2 }, { type: 'B' }], nested: { kept: 3, dropped: 4 } })).toEqual({
      conditions: [{ type: 'A' }, { type: 'B' }],
      nested: { kept: 3 },
    });
  });

  it('are not those that were sent to be removed', () => {
    const pruned = new PrunedFields();

    pruned.learn({ binding: null }, {});

    expect(pruned.strip({ binding: { name: 'x' } })).toEqual({ binding: { name: 'x' } });
  });

  it('are none where everything came back', () => {
    fc.assert(
      fc.property(fc.object(), (value) => {
        const pruned = new PrunedFields();
        pruned.learn(value, value);
        expect(pruned.strip(value)).toEqual(value);
      }),
    );
  });
});
