import { describe, expect, it } from 'vitest';
import { FunctionError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { goFunction, meteredFunction, text } from '../value/go-function.ts';
import { stringMap } from '../value/go-type.ts';
import { defaultLimits, type RenderLimits } from './limits.ts';
import type { UnpackedJob } from './packed-request.ts';
import { type PackedValues, unpackValues } from './packed-values.ts';
import { createJobRenderer } from './render-jobs.ts';

const functions = new Map([
  ['refuse', goFunction([text], text, (value) => { throw new FunctionError('it is not a number', `${value} is not a number`); })],
  ['overflow', goFunction([text], text, (value) => { const more = (): string => more() + value; return more(); })],
  ['crash', goFunction([text], text, (value) => { throw new TypeError(`cannot read ${value}`); })],
  ['spend', meteredFunction([text], text, ({ meter }, value) => { meter.step(1e9); return value; })],
]);

function job(template: string, isConfidential = false): UnpackedJob {
  return { name: fromText('ns/é'), isConfidential, output: 'text', shape: 'flat', template: fromText(template), data: stringMap([['password', 'hunter2'], ['bytes', '\xff\x00']]) };
}

function render(jobs: readonly UnpackedJob[], limits: Partial<RenderLimits> = {}): readonly (string | object)[] {
  const renderJobs = createJobRenderer({ limits: { ...defaultLimits, ...limits }, functions, now: () => 0 });
  return [...renderJobs(jobs)].map((result) => (result.kind === 'text' ? Buffer.from(result.output).toString('latin1') : result.kind === 'problem' ? result.problem : shownValues(result)));
}

function shownValues(values: PackedValues): object {
  return Object.fromEntries(Array.from(unpackValues(values), ([key, value]) => [key, Buffer.from(value.reveal()).toString()]));
}

describe('the jobs of a request', () => {
  it('are rendered to bytes', () => {
    expect(render([job('{{ .password }}!'), job('{{ .bytes }}'), job('é'), job('')])).toEqual(['hunter2!', '\xff\x00', 'Ã©', '']);
  });

  it('have results in buffers that hold nothing else', () => {
    const [result] = createJobRenderer({ limits: defaultLimits, functions, now: () => 0 })([job('{{ .password }}')]);

    expect(result?.kind === 'text' && result.output.buffer.byteLength).toBe(7);
  });

  it('go on after one that fails', () => {
    expect(render([job('{{ .missing }}'), job('ok'), job('{{ end }}')])).toEqual([
      { kind: 'template', message: 'template: ns/é:1:3: executing "ns/é" at <.missing>: map has no entry for key "missing"' },
      'ok',
      { kind: 'template', message: 'template: ns/é:1: unexpected {{end}}', isMalformed: true },
    ]);
  });

  it('have messages without values', () => {
    expect(render([job('{{ refuse .password }}'), job('{{ crash .password }}')])).toEqual([
      { kind: 'template', message: 'template: ns/é:1:3: executing "ns/é" at <refuse .password>: error calling refuse: it is not a number' },
      { kind: 'template', message: 'template: ns/é: it cannot be rendered, by a fault of Prelude (TypeError)' },
    ]);
  });

  it('have messages without the template where it is confidential', () => {
    const sources = ['\n{{ .missing }}', '{{ "s3cret" }', '{{ refuse "s3cret" }}', '{{ spend "s3cret" }}', '{{ overflow "s3cret" }}', '{{ crash "s3cret" }}'];

    expect(render(sources.map((source) => job(source, true)))).toEqual([
      { kind: 'template', message: 'template: ns/é:2:3: it cannot be rendered' },
      { kind: 'template', message: 'template: ns/é:1: it cannot be parsed', isMalformed: true },
      { kind: 'template', message: 'template: ns/é:1:3: it cannot be rendered' },
      { kind: 'limit', message: 'template: ns/é: it takes more time, memory or output than it may' },
      { kind: 'limit', message: 'template: ns/é: it takes more time, memory or output than it may' },
      { kind: 'template', message: 'template: ns/é: it cannot be rendered, by a fault of Prelude (TypeError)' },
    ]);
  });

  it('have limits: a stack that overflows is one', () => {
    expect(render([job('{{ spend "x" }}'), job('{{ overflow "x" }}')])).toEqual([
      { kind: 'limit', message: 'template: ns/é: it takes more than 1000000 steps' },
      { kind: 'limit', message: 'template: ns/é: it nests too deep, or grows too large' },
    ]);
  });

  it('share what they may put out, and nothing else', () => {
    expect(render([job('12345'), job('123456'), job('12345'), job('1')], { outputBytes: 10, steps: 2 })).toEqual([
      '12345',
      { kind: 'limit', message: 'template: ns/é: the output is larger than 10 bytes, with those before it' },
      '12345',
      { kind: 'limit', message: 'template: ns/é: the output is larger than 10 bytes, with those before it' },
    ]);
  });

  it('become keys and values where that is asked for, within the same limits', () => {
    const asMap = (template: string, isConfidential = false): UnpackedJob => ({ ...job(template, isConfidential), output: 'stringMap' });
    const bomb = asMap(`a: &a "${'é'.repeat(50_000)}"\n${Array.from({ length: 1_000 }, (_, index) => `k${index}: *a\n`).join('')}`);
    const merges = asMap(Array.from({ length: 20 }, (_, level) => `l${level}: &l${level} {<<: [${level === 0 ? '' : Array.from({ length: 9 }, () => `*l${level - 1}`).join()}]}\n`).join('') + '<<: *l19\n');

    expect(render([asMap('p: {{ .password }}\né: 0.50\nnone:\n__proto__: é'), asMap('')])).toEqual([JSON.parse('{"p":"hunter2","é":"0.5","none":"","__proto__":"é"}'), {}]);
    expect(render([asMap('{{ .password }}: [x]'), asMap('{{ .password }}: [x]', true), asMap('a: "{{ .password }}', true), bomb, merges])).toEqual([
      { kind: 'template', message: 'the rendered text is not valid YAML: the value of entry 1 is a list; only strings, numbers and booleans are taken (line 1)' },
      { kind: 'template', message: 'the rendered text is not valid YAML: it is not a map whose values are strings, numbers and booleans (line 1)' },
      { kind: 'template', message: 'the rendered text is not valid YAML: found unexpected end of stream (line 1)' },
      { kind: 'limit', message: 'template: ns/é: it takes more than 16 MiB of memory' },
      { kind: 'template', message: 'the rendered text is not valid YAML: document contains excessive aliasing (line 1)' },
    ]);
    expect(render([asMap('k: 12345'), asMap('k: 123456'), asMap('k: 1')], { outputBytes: 10 })).toEqual([{ k: '12345' }, expect.objectContaining({ kind: 'limit' }), { k: '1' }]);
  });

  it('have messages of a bounded size', () => {
    const [problem] = render([job(`{{ ${'x'.repeat(100_000)} }}`)]);

    expect(JSON.stringify(problem).length).toBeLessThan(2_100);
  });

  it('that have a template in common render it with their own data', () => {
    const renderJobs = createJobRenderer({ limits: defaultLimits, functions, now: () => 0 });
    const shown = (data: string): string => Array.from(renderJobs([{ ...job('{{ .a }}'), data: stringMap([['a', data]]) }]), (result) => (result.kind === 'text' ? Buffer.from(result.output).toString() : '')).join('');

    expect([shown('1'), shown('2'), shown('3')]).toEqual(['1', '2', '3']);
  });
});
