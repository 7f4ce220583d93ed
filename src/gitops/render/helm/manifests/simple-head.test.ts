import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestError, readHead } from './manifest-head.ts';
import { readSimpleHead } from './simple-head.ts';

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels:\n    app.kubernetes.io/name: web\n    version: "1.2"\n  annotations:\n    helm.sh/hook: pre-install\n    helm.sh/hook-weight: "-5"\n';

describe('the head of a document in the usual layout', () => {
  it('is read without a reader of YAML', () => {
    expect(readSimpleHead(deployment)).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', annotations: new Map([['helm.sh/hook', 'pre-install'], ['helm.sh/hook-weight', '-5']]) });
  });

  it.each([
    ['a comment', 'kind: A # b\n'],
    ['a word with a meaning', 'kind: yes\n'],
    ['a number', 'kind: 1\n'],
    ['an escape', 'metadata:\n  name: "a\\n"\n'],
    ['a key that stands twice', 'kind: A\nkind: B\n'],
    ['metadata that stands twice', 'metadata:\n  name: a\nmetadata:\n  uid: b\n'],
    ['a map where a text belongs', 'metadata:\n  name:\n    a: b\n'],
    ['a text where a map belongs', 'metadata:\n  annotations: a\n'],
    ['nothing below metadata', 'metadata:\n'],
    ['lines below what takes none', 'kind: A\n  name: b\n'],
    ['another depth', 'metadata:\n   name: a\n'],
    ['a scalar over lines', 'metadata:\n  name: a\n    b\n'],
    ['a return', 'kind: A\r\n'],
    ['nothing at all', ''],
  ])('is left to one where there is %s', (_what, text) => {
    expect(readSimpleHead(text)).toBeUndefined();
  });

  it('is what a reader of YAML makes of it', () => {
    const line = fc.constantFrom(
      'apiVersion: v1', 'kind: Pod', 'kind: no', 'kind:', 'metadata:', '  name: a', '  name: "b c"', '  name:', '  labels:', '  annotations:', '  annotations: x', '    a: b', '    a: "c: d"', '    b.c/d: e', '    true: f', '     a: b', '   name: a',
      '', '    "q": r', '    a: null', '    g: "#"', '  uid: on',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        const simple = readSimpleHead(text);
        if (simple !== undefined) expect(simple).toEqual(wholly(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

function wholly(text: string): unknown {
  try {
    return readHead(text, true);
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
}
