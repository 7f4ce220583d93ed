import { describe, expect, it } from 'vitest';
import { readSource } from './source-file.ts';

describe('readSource', () => {
  it('finds imports of every kind, with their lines', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../b/b.ts';",
      "import { type C } from './c.ts';",
      "import './d.ts';",
      "export * from './e.ts';",
      "export type { F } from './f.ts';",
      "export { g } from 'g/sub';",
      "const h = await import('./h.ts');",
      "type I = import('../../i.ts').I;",
    ].join('\n');

    const file = readSource('src/room/x.ts', text);

    expect(file.imports.map(({ target, kind, line }) => `${line} ${kind} ${target}`).toSorted()).toEqual([
      '1 value src/room/a.ts',
      '2 type src/b/b.ts',
      '3 value src/room/c.ts',
      '4 value src/room/d.ts',
      '5 value src/room/e.ts',
      '6 type src/room/f.ts',
      '7 value g/sub',
      '8 dynamic src/room/h.ts',
      '9 type i.ts',
    ]);
  });

  it('sees no import in a string or a comment', () => {
    const file = readSource('src/room/x.ts', "// import './a.ts'\nexport const text = \"import './b.ts'\";\n");

    expect(file.imports).toEqual([]);
  });

  it('notes modules that no literal names', () => {
    const file = readSource('src/room/x.ts', "const name = 'x';\nawait import(name);\nrequire('fs');\nawait import(`./${name}.ts`);\n");

    expect(file.opaque).toEqual([2, 3, 4]);
  });

  it('counts lines as an editor does', () => {
    expect(readSource('src/room/x.ts', 'const a = 1;\nconst b = a;\nexport { b };\n').lines).toBe(3);
    expect(readSource('src/room/x.ts', 'export const a = 1;').lines).toBe(1);
  });

  it('notes tests that are withheld, however the chain is built', () => {
    const text = "it.skip('a');\ndescribe.only('b', () => {});\nit.each([1])\n  .todo('c');\ntest.concurrent.skipIf(true)('d');\nit('e', (context) => context.skip());\n";

    expect(readSource('src/room/x.test.ts', text).withheldTests).toEqual([1, 2, 3, 5, 6]);
  });

  it('lets other things be called skip', () => {
    expect(readSource('src/room/x.test.ts', 'reader.skip(3);\nlist.only();\n').withheldTests).toEqual([]);
  });

  it('refuses a file that does not parse', () => {
    expect(() => readSource('src/room/x.ts', 'const = ;')).toThrow('src/room/x.ts does not parse');
  });
});
