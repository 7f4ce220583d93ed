import { expect, test, vi } from 'vitest';
import { createTemplateCheck } from './template-check.ts';
import { checkedTemplateBytes, templateProblem } from './template-problem.ts';

test('a text is parsed once under a name', () => {
  const find = vi.fn(templateProblem);
  const check = createTemplateCheck(find);

  expect(check('conf', '{{')).toEqual({ severity: 'error', message: 'template: conf:1: unclosed action' });
  expect(check('conf', '{{')).toEqual({ severity: 'error', message: 'template: conf:1: unclosed action' });
  expect(check('con', 'f{{')).toEqual({ severity: 'error', message: 'template: con:1: unclosed action' });
  expect(check('conf', 'good')).toBeUndefined();
  expect(check('conf', 'good')).toBeUndefined();
  expect(find).toHaveBeenCalledTimes(3);
});

test('a text above the limit, in bytes of UTF-8, is not parsed, and a warning says so', () => {
  const find = vi.fn(templateProblem);
  const check = createTemplateCheck(find);
  const broken = (text: string): string => `${text}{{`;

  expect(check('conf', broken('x'.repeat(checkedTemplateBytes - 2)))).toMatchObject({ severity: 'error' });
  for (const text of ['x'.repeat(checkedTemplateBytes - 1), 'é'.repeat(checkedTemplateBytes / 2)].map(broken)) {
    expect(check('conf', text)).toEqual({
      severity: 'warning',
      message: 'is not checked, because it is 257 KiB, more than the 256 KiB that are parsed for a plan; whether it can be parsed shows when it is rendered',
    });
    expect(templateProblem('conf', text)).toBeUndefined();
  }
  expect(find).toHaveBeenCalledTimes(1);
});
