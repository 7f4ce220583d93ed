import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { defaultLimits } from './limits.ts';
import { createJobRenderer } from './render-jobs.ts';
import { groupedKey } from '../renderer.ts';
import { fromBytes, fromText } from '../value/byte-string.ts';
import { packRequest, sizeOfJobs, unpackRequest } from './packed-request.ts';

describe('a packed request', () => {
  it('holds what was put in', () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary', maxLength: 5 }), bytes), { selector: ([key]) => key, maxLength: 4 });
    const jobs = fc.array(fc.record({ name: fc.string(), template: bytes, data: fc.nat({ max: 2 }) }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(entries, { minLength: 3, maxLength: 3 }), jobs, (data, jobs) => {
        const maps = data.map((pairs) => new Map(pairs.map(([key, value]) => [key, new SecretBytes(value)])));

        const unpacked = unpackRequest(structuredClone(packRequest(jobs.map((job) => ({ name: job.name, template: new SecretBytes(job.template), data: maps[job.data]! })))));

        expect(unpacked.map(({ name, template, data }) => [name, template, [...data.entries]])).toEqual(
          jobs.map((job) => [fromText(job.name), fromBytes(job.template), data[job.data]!.map(([key, value]) => [fromText(key), fromBytes(value)])]),
        );
      }),
    );
  });

  it('holds data that several jobs have once', () => {
    const data = new Map([['key', SecretBytes.fromUtf8('value')]]);
    const jobs = ['a', 'b', 'c'].map((name) => ({ name, template: SecretBytes.fromUtf8(name), data }));

    const packed = packRequest([...jobs, { ...jobs[0]!, data: new Map(data) }]);

    expect(packed.bytes.length).toBe(14);
    expect(sizeOfJobs(jobs)).toBe(11);
    const [a, b] = unpackRequest(packed);
    expect(a?.data).toBe(b?.data);
  });

  it('leaves the bytes that it copies with their owner', () => {
    const value = SecretBytes.fromUtf8('value');
    const packed = packRequest([{ name: 'a', template: value, data: new Map() }]);
    structuredClone(packed, { transfer: [packed.bytes.buffer] });

    expect(Buffer.from(value.reveal()).toString()).toBe('value');
  });

  it('holds maps of maps, in which what is missing is no value', () => {
    const data = new Map([
      [groupedKey('credentials', 'token'), SecretBytes.fromUtf8('é')],
      [groupedKey('credentials', 'a\0b'), SecretBytes.fromUtf8('zero')],
      [groupedKey('empty'), SecretBytes.fromUtf8('')],
    ]);
    const template = SecretBytes.fromUtf8('{{ .credentials.token }} {{ range .credentials }}[{{ . }}]{{ end }} {{ .empty }} {{ .credentials.no }} {{ .none.no }}');
    const render = createJobRenderer({ limits: defaultLimits, functions: new Map(), now: () => 0 });

    const [result] = render(unpackRequest(structuredClone(packRequest([{ name: 't', template, data, shape: 'grouped' }]))));

    expect(result?.kind === 'text' ? Buffer.from(result.output).toString() : result).toBe('é [zero][é] map[] <no value> <no value>');
  });
});
