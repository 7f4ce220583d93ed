import { expect, test } from 'vitest';
import { LimitError } from '../template-error.ts';
import { escapeText } from './escape-text.ts';
import { TextBuilder } from './text-builder.ts';

const stars = (bytes: string, index: number) => (bytes.charAt(index) === '*' ? { size: 1, escape: 'star' } : { size: 1 });

test('a text keeps what needs no escape', () => {
  const builder = new TextBuilder();
  escapeText('a*bc**', stars, builder);
  escapeText('', stars, builder);
  escapeText('d', stars, builder);
  expect(builder.text()).toBe('astarbcstarstard');
});

test('every piece is charged before it is kept', () => {
  let left = 100;
  const allocate = (bytes: number): void => {
    left -= bytes;
    if (left < 0) throw new LimitError('too much');
  };
  expect(() => escapeText('*'.repeat(1_000_000), stars, new TextBuilder({ step: () => undefined, allocate }))).toThrow(LimitError);
  expect(left).toBeGreaterThanOrEqual(-4);
});
