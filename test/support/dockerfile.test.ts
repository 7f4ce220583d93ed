import { describe, expect, it } from 'vitest';
import { copyOf, execForm, lastOf, parseDockerfile } from './dockerfile.ts';

describe('parseDockerfile', () => {
  it('splits stages, puts global arguments into images and joins continued lines around comments', () => {
    const text = ['# one', 'ARG BASE=node:24', 'FROM ${BASE} AS build', 'RUN a \\', '  # between', '  && b', '', 'FROM $BASE', 'USER 1:2'].join('\n');

    const stages = parseDockerfile(text);

    expect(stages.map(({ name, image }) => [name, image])).toEqual([
      ['build', 'node:24'],
      [undefined, 'node:24'],
    ]);
    expect(stages[0]?.instructions).toEqual([{ keyword: 'RUN', flags: new Map(), text: 'a && b', line: 4 }]);
    expect(lastOf(stages[1]!, 'USER')?.text).toBe('1:2');
  });

  it.each([
    ['an unknown instruction', 'FROM a\nCOPPY x y'],
    ['an instruction before the first stage', 'RUN x'],
    ['a heredoc', 'FROM a\nRUN <<EOF\nx\nEOF'],
    ['another escape character', '# escape=`\nFROM a'],
    ['an end in the middle', 'FROM a\nRUN x \\'],
  ])('refuses %s', (_, text) => {
    expect(() => parseDockerfile(text)).toThrow(/line \d/);
  });
});

describe('copyOf', () => {
  it.each([
    ['COPY a b ./c/', { from: undefined, sources: ['a', 'b'], target: './c/' }],
    ['COPY --from=build --chown=1:1 /x /y', { from: 'build', sources: ['/x'], target: '/y' }],
    ['COPY ["a b", "c"]', { from: undefined, sources: ['a b'], target: 'c' }],
  ])('reads %s', (text, expected) => {
    expect(copyOf(parseDockerfile(`FROM a\n${text}`)[0]!.instructions[0]!)).toEqual(expected);
  });
});

describe('execForm', () => {
  it('tells the exec form from the shell form', () => {
    const [exec, shell] = parseDockerfile('FROM a\nENTRYPOINT ["node", "x"]\nCMD run').flatMap(({ instructions }) => instructions);

    expect(execForm(exec!)).toEqual(['node', 'x']);
    expect(execForm(shell!)).toBeUndefined();
  });
});
