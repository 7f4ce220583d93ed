import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { frozenCopy } from './frozen-copy.ts';
import { NotAnObject, parseObjectFile, printObjectFile } from './object-file.ts';

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'ns', managedFields: [{ manager: 'x', fieldsV1: { 'f:data': {} } }] },
  data: { key: 'value' },
};

const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('"__proto__"') && !JSON.stringify(value).includes(':-0'));

describe('an object file', () => {
  it('gives back the object that was printed, whatever it holds, and knows it for its own', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string().filter((key) => !['apiVersion', 'kind', 'metadata', '__proto__'].includes(key)), json), fc.dictionary(fc.string(), fc.string()), (fields, annotations) => {
        const kept = frozenCopy({ ...object, ...fields, metadata: { ...object.metadata, annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== '__proto__')) } });

        expect(parseObjectFile(printObjectFile(kept))).toEqual({ object: kept, edited: false });
      }),
      { numRuns: 300 },
    );
  });

  it('is the manifest that kubectl would show, below what the cluster keeps for itself', () => {
    expect(printObjectFile(object)).toMatch(/^# Kept by [^\n]*\n# digest: [0-9a-f]{64}\n# managedFields: \[[^\n]*\]\napiVersion: v1\nkind: ConfigMap\nmetadata:\n {2}name: a\n {2}namespace: ns\ndata:\n {2}key: value\n$/);
  });

  it.each([
    ['a value', (text: string) => text.replace('value\n', 'other\n')],
    ['a comment', (text: string) => `${text}# mine\n`],
    ['the managers', (text: string) => text.replace('"x"', '"y"')],
    ['the first line', (text: string) => text.slice(text.indexOf('\n') + 1)],
    ['all of its head', (text: string) => text.slice(text.indexOf('apiVersion'))],
  ])('shows that somebody has edited %s', (_title, edit) => {
    expect(parseObjectFile(edit(printObjectFile(object))).edited).toBe(true);
  });

  it('takes a manifest that somebody has written', () => {
    const { object: written, edited } = parseObjectFile('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: ns}\n');

    expect(edited).toBe(true);
    expect(written.metadata).toEqual({ name: 'b', namespace: 'ns' });
  });

  it.each([
    ['nothing', '', 'holds no object'],
    ['two objects', 'a: 1\n---\nb: 2\n', 'holds more than one object'],
    ['no name', 'apiVersion: v1\nkind: Secret\nmetadata: {}\n', 'metadata.name: '],
    ['a label that is a number', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {hunter2: 5}}\n', 'metadata.labels.hunter2: '],
  ])('with %s is refused', (_title, text, problem) => {
    expect(() => parseObjectFile(text)).toThrow(NotAnObject);
    expect(() => parseObjectFile(text)).toThrow(problem);
  });
});
