import { describe, expect, it } from 'vitest';
import { LimitError } from '../template-error.ts';
import { createMeter, sizeText } from './limits.ts';

describe('a meter', () => {
  it('counts steps, one by one unless told', () => {
    const { step } = createMeter({ steps: 3, allocatedBytes: 0 });
    step();
    step(2);

    expect(() => step()).toThrow(new LimitError('it takes more than 3 steps'));
    expect(() => step(0.001)).toThrow(LimitError);
  });

  it('counts allocated bytes', () => {
    const { allocate } = createMeter({ steps: 0, allocatedBytes: 2 * 1024 * 1024 });
    allocate(1024 * 1024);
    allocate(1024 * 1024);

    expect(() => allocate(1)).toThrow(new LimitError('it takes more than 2 MiB of memory'));
  });

  it.each([Infinity, NaN, 1e300])('is not taken in by %s', (count) => {
    const { step, allocate } = createMeter({ steps: 10, allocatedBytes: 10 });

    expect(() => step(count)).toThrow(LimitError);
    expect(() => allocate(count)).toThrow(LimitError);
  });

  it('says sizes as people do', () => {
    expect([sizeText(100), sizeText(1024 * 1024), sizeText(1.5 * 1024 * 1024)]).toEqual(['100 bytes', '1 MiB', '1.5 MiB']);
  });
});
