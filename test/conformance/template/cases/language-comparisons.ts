import { corpus } from '../../../support/template/corpus.ts';

/** One value of each kind that templates can make, and twins of some. */
const values = ['1', '2', '1.0', '1.5', '"a"', '"b"', '""', 'true', 'false', 'nil', "'a'", '(int64 1)', '(int 1)', '(list)', '(list 1)', '(dict)', '(dict "a" 1)', '(splitList "," "a")', '(split "," "a")', '(toDate "2006" "2024")', '(toDate "2006" "2023")', '(semver "1.0.0")', '.missing', '.nil', '.n', '.s', '(index .l 0)'];
const data = { nil: null, n: 1, s: 'a', l: [1] };

/** eq, ne, lt, le, gt and ge over all kinds. */
export const cases = corpus({
  eq: [
    ...values.flatMap((left) => values.map((right) => [`{{ eq ${left} ${right} }}`, data] as const)),
    '{{ eq }}',
    '{{ eq 1 }}',
    '{{ eq nil }}',
    '{{ eq (list) }}',
    '{{ 1 | eq }}',
    '{{ eq 1 2 1 }}',
    '{{ eq 1 2 3 }}',
    '{{ eq 1 1 (list) }}',
    '{{ eq 1 2 (list) }}',
    '{{ eq 1 2 "a" 1 }}',
    '{{ eq (list) 1 1 }}',
    '{{ eq "a" "b" "c" "a" }}',
    '{{ eq nil 1 nil }}',
    '{{ eq -1 -1 }}',
    '{{ eq 0.1 0.1 }}',
    '{{ eq 0.0 -0.0 }}',
    '{{ eq "é" "é" }}',
    '{{ eq .a .b }}',
    ['{{ eq .a .b }}', { a: 'x', b: 'x' }],
    ['{{ eq .a .b }}', { a: [1], b: [1] }],
    ['{{ eq .a "x" }}', { a: { $bytes: 'eA==' } }],
    ['{{ eq . "x" }}', 'x'],
    ['{{ eq .a 1 }}', { a: { $int: '1' } }],
    ['{{ eq .a 1 }}', { a: { $int64: '1' } }],
    ['{{ eq .a 1.0 }}', { a: 1 }],
    ['{{ if eq .a "prod" "staging" }}y{{ else }}n{{ end }}', { a: 'staging' }],
  ],
  ne: [
    ...values.flatMap((left) => [`{{ ne ${left} 1 }}`, `{{ ne ${left} "a" }}`, `{{ ne 1.5 ${left} }}`, `{{ ne ${left} ${left} }}`].map((text) => [text, data] as const)),
    '{{ ne }}',
    '{{ ne 1 }}',
    '{{ ne 1 2 3 }}',
    '{{ 1 | ne 2 }}',
  ],
  lt: [
    ...values.flatMap((left) => [`{{ lt ${left} 2 }}`, `{{ lt ${left} "b" }}`, `{{ lt 1.2 ${left} }}`, `{{ lt ${left} ${left} }}`].map((text) => [text, data] as const)),
    '{{ lt }}',
    '{{ lt 1 }}',
    '{{ lt 1 2 3 }}',
    '{{ 1 | lt 2 }}',
    '{{ lt "a" "B" }}',
    '{{ lt "a" "é" }}',
    '{{ lt "" "a" }}',
    '{{ lt -1 0 }}',
    ['{{ lt .a .b }}', { a: 1, b: 2.5 }],
    ['{{ lt .a 2 }}', { a: { $int64: '1' } }],
  ],
  le: [...values.flatMap((left) => [`{{ le ${left} 1 }}`, `{{ le ${left} "a" }}`, `{{ le 1.5 ${left} }}`].map((text) => [text, data] as const)), '{{ le 1 1 }}', '{{ le 1 }}', '{{ le 1 2 3 }}', '{{ le "b" "a" }}'],
  gt: [...values.flatMap((left) => [`{{ gt ${left} 1 }}`, `{{ gt ${left} "a" }}`, `{{ gt 1.5 ${left} }}`].map((text) => [text, data] as const)), '{{ gt 2 1 }}', '{{ gt 1 }}', '{{ gt 1 2 3 }}', '{{ 1 | gt 2 }}', '{{ gt "b" "a" }}'],
  ge: [...values.flatMap((left) => [`{{ ge ${left} 1 }}`, `{{ ge ${left} "a" }}`, `{{ ge 1.5 ${left} }}`].map((text) => [text, data] as const)), '{{ ge 1 1 }}', '{{ ge 1 }}', '{{ ge 1 2 3 }}', '{{ ge "a" "b" }}'],
});
