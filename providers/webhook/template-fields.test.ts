import { describe, expect, it } from 'vitest';
import { isForWriting, mayUse, namedFields } from './template-fields.ts';

describe('whether a template may use the namespace', () => {
  it.each([
    '{{ .remoteRef.namespace }}',
    '{{ index .remoteRef "namespace" }}',
    '{{ index .remoteRef (print "name" "space") }}',
    '{{ .remoteRef | toJson }}',
    '{{ range $k, $v := .remoteRef }}{{ $v }}{{ end }}',
    '{{ with .remoteRef }}{{ .namespace }}{{ end }}',
    '{{ . }}',
    '{{.}}',
    '{{- . -}}',
    '{{ toJson . }}',
    '{{ (index $ "remoteRef") | len }}',
    '{{ template "x" . }}',
    '{{ .auth.a }}" {{ . }} "{{ .auth.b }}',
    '{{ print "}}" .remoteRef.namespace }}',
    '{{ `}}` }}{{ .remoteRef.other }}',
  ])('it may: %s', (template) => {
    expect(mayUse(template, 'namespace')).toBe(true);
  });

  it.each(['', 'https://example.com/v1/namespaces/x', '{{ .remoteRef.key }}', 'https://h/{{ .remoteRef.key | upper }}/{{ .remoteRef.property }}?v={{ .remoteRef.version }}', '{{ $x := .auth.token }}{{ $x }}', '{{ 1.5 }}', 'Bearer {{ .auth.token | trim }}'])('it does not: %s', (template) => {
    expect(mayUse(template, 'namespace')).toBe(false);
  });
});

describe('whether a store is for writing', () => {
  it.each([
    [{}, [], false],
    [{}, ['key'], false],
    [{ method: 'POST', body: 'grant_type=x' }, [], false],
    [{ method: 'POST' }, ['property'], false],
    [{}, ['key', 'remoteKey'], false],
    [{}, ['namespace'], false],
    [{}, ['remoteKey'], true],
    [{}, ['a-pushed-key'], true],
    [{ method: 'POST' }, [], true],
    [{ method: 'PUT' }, ['key', 'remoteKey'], true],
    [{ method: 'POST', body: 'x' }, ['secretKey'], true],
  ] as const)('%j with %j: %s', (spec, fields, expected) => {
    expect(isForWriting(spec, namedFields(fields.map((field) => `{{ .remoteRef.${field} }}`)))).toBe(expected);
  });
});
