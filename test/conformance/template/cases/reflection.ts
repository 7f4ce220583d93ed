import { corpus } from '../../../support/template/corpus.ts';

const values = [
  'nil', 'true', '1', '1.5', '"a"', "'a'", '(int64 1)', '(list)', '(list 1)', '(until 2)', '(dict)', '(dict "a" 1)', '(keys (dict "a" 1))',
  '(split "," "a,b")', '(semver "1.2.3")', '(semver "1.2.3").IncMajor', '(semver "1.2.3").Major', '(index "abc" 1)', '(chunk 1 (list 1))',
  '(rest (list))', '.x', '(duration "1")',
];
const forEach = (name: string, before = ''): string[] => values.map((value) => `{{ ${name} ${before}${value} }}`);

/** sprig's functions that look at types, compare values, and choose between them by whether they are set. */
export const cases = corpus({
  typeOf: [...forEach('typeOf'), '{{ typeOf }}', ['{{ typeOf .a }} {{ typeOf .b }} {{ typeOf .c }} {{ typeOf . }}', { a: 1, b: [1], c: { d: 1 } }]],
  typeIs: [
    '{{ typeIs "int" 1 }}', '{{ typeIs "int64" 1 }}', '{{ typeIs "<nil>" nil }}', '{{ typeIs "*semver.Version" (semver "1.2.3") }}',
    '{{ typeIs "semver.Version" (semver "1.2.3") }}', '{{ typeIs "[]interface {}" (list) }}', '{{ typeIs 1 1 }}', '{{ typeIs "" "" }}',
  ],
  typeIsLike: [
    '{{ typeIsLike "semver.Version" (semver "1.2.3") }}', '{{ typeIsLike "*semver.Version" (semver "1.2.3") }}',
    '{{ typeIsLike "semver.Version" (semver "1.2.3").IncMajor }}', '{{ typeIsLike "*semver.Version" (semver "1.2.3").IncMajor }}',
    '{{ typeIsLike "int" 1 }}', '{{ typeIsLike "" nil }}',
  ],
  kindOf: [...forEach('kindOf'), '{{ kindOf }}'],
  kindIs: [
    '{{ kindIs "int" 1 }}', '{{ kindIs "ptr" (semver "1.2.3") }}', '{{ kindIs "struct" (semver "1.2.3").IncMajor }}', '{{ kindIs "invalid" nil }}',
    '{{ kindIs "map" (dict) }}', '{{ kindIs "slice" "a" }}', '{{ kindIs "int64" (duration "1") }}', '{{ kindIs 1 1 }}',
  ],
  deepEqual: [
    ...values.flatMap((value) => [`{{ deepEqual ${value} ${value} }}`, `{{ deepEqual ${value} nil }}`]), '{{ deepEqual 1 1.0 }}',
    '{{ deepEqual 1 (int64 1) }}', '{{ deepEqual (list 1 2) (list 1 2) }}', '{{ deepEqual (list 1 2) (list 2 1) }}',
    '{{ deepEqual (list) (rest (list)) }}', '{{ deepEqual (dict) (merge nil nil) }}', '{{ deepEqual (list "a") (keys (dict "a" 1)) }}',
    '{{ deepEqual (dict "a" nil) (dict "b" nil) }}', '{{ deepEqual (dict "a" (list 1)) (dict "a" (list 1)) }}',
    '{{ deepEqual (float64 "nan") (float64 "nan") }}',
    '{{ $l := list (float64 "nan") }}{{ deepEqual $l $l }}{{ deepEqual $l (list (float64 "nan")) }}',
    '{{ $d := dict "a" (float64 "nan") }}{{ deepEqual $d $d }}', '{{ deepEqual 0.0 (mulf -1e-200 1e-200) }}',
    '{{ deepEqual (semver "1.2.3") (semver "v1.2.3") }}', '{{ deepEqual (semver "1.2.3") (semver "1.2.3").IncMajor }}',
    '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}',
    '{{ $d := dict "x" 1 }}{{ $_ := set $d "d" $d }}{{ $e := dict "x" 2 }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}', '{{ deepEqual 1 }}',
    '{{ $n := now }}{{ deepEqual $n $n }}{{ deepEqual $n ($n.AddDate 1 0 0) }}',
    '{{ $a := toDate "2006-01-02" "2020-01-02" }}{{ $b := toDate "2006-01-02" "2020-01-03" }}{{ deepEqual $a $b }}{{ has $a (list $b) }}',
  ],
  default: [
    ...forEach('default', '"d" '), '{{ default }}', '{{ default 1 }}', '{{ default 1 0 3 }}', '{{ default nil 2 }}', '{{ default nil nil }}',
    '{{ "" | default "x" }}', '{{ "y" | default "x" }}', ['{{ .a | default "x" }} {{ .b | default "x" }}', { a: 'set' }],
    '{{ default 1 (semver "0.0.0") }}', '{{ default 1 (float64 "nan") }}', '{{ default 1 (rest (list)) }}', '{{ default 1 (int64 0) }}',
    '{{ default 1 0.0 }}',
  ],
  empty: [
    ...forEach('empty'), '{{ empty 0 }}', '{{ empty 0.0 }}', '{{ empty "" }}', '{{ empty false }}', '{{ empty (float64 "nan") }}',
    '{{ empty (int64 0) }}', '{{ empty (merge nil nil) }}', '{{ empty now }}', '{{ empty (semver "0.0.0") }}', '{{ empty }}',
  ],
  coalesce: [
    '{{ coalesce }}', '{{ coalesce 0 "" nil "a" "b" }}', '{{ coalesce 0 "" }}', '{{ coalesce nil | toJson }}',
    '{{ coalesce (list) (dict) (list 0) }}', '{{ coalesce false 1.5 }}', ['{{ coalesce .a .b "c" }}', { b: 'found' }],
  ],
  all: ['{{ all }}', '{{ all 1 "a" true }}', '{{ all 1 0 }}', '{{ all nil }}', '{{ all (list) 1 }}', '{{ all (semver "0.0.0") }}'],
  any: [
    '{{ any }}', '{{ any 0 "" nil }}', '{{ any 0 "" nil 1 }}', '{{ any (list) (dict) }}', '{{ any (list nil) }}', ['{{ any .a .b }}', { a: 1 }],
  ],
  ternary: [
    '{{ ternary 1 2 true }}', '{{ ternary 1 2 false }}', '{{ true | ternary "y" "n" }}', '{{ ternary 1 2 "x" }}', '{{ ternary 1 2 nil }}',
    '{{ ternary nil 2 true | toJson }}', '{{ ternary 1 2 1 }}', ['{{ ternary "y" "n" .a }}', { a: true }],
    ['{{ ternary "y" "n" .a }}', { a: 'true' }], '{{ ternary 1 2 .x }}', '{{ ternary 1 2 }}',
  ],
  fail: [
    '{{ fail "no" }}', '{{ fail "" }}', '{{ fail 1 }}', '{{ list 1 | fail }}', ['{{ fail .a }}', { a: 'text' }], '{{ fail nil }}', '{{ fail }}',
    '{{ if false }}{{ fail "no" }}{{ end }}', '{{ printf "%d is too many" 3 | fail }}',
  ],
  eq: [
    ...values.map((value) => `{{ eq ${value} ${value} }}`),
    ...values.flatMap((value) => [`{{ eq ${value} 1 }}`, `{{ eq nil ${value} }}`, `{{ eq ${value} "a" }}`, `{{ eq (list) ${value} }}`]),
    '{{ eq 1 2 1 }}', '{{ eq 1 2 "a" }}', '{{ eq 1 1 "a" }}', '{{ eq 1 }}', '{{ eq }}', '{{ eq (int64 1) 1 }}', '{{ eq (semver "1.2.3").Major 1 }}',
    '{{ eq (semver "18446744073709551615.0.0").Major -1 }}', '{{ eq -1 (semver "18446744073709551615.0.0").Major }}', '{{ eq 1.0 1 }}',
    '{{ eq (float64 "nan") (float64 "nan") }}', '{{ eq "a" "a" }}', '{{ eq true 1 }}', '{{ eq (rest (list)) nil }}',
    '{{ eq (rest (list)) (concat) }}', '{{ eq (merge nil nil) nil }}', '{{ eq (list "secret") (list 1) }}',
    '{{ $v := semver "1.2.3" }}{{ eq $v $v }}', '{{ $v := semver "1.2.3" }}{{ $v = $v.IncMajor }}{{ eq $v $v }}',
    '{{ eq (semver "1.2.3").IncMajor (semver "v1.2.3").IncMajor }}', '{{ eq (semver "1.2.3") (semver "1.2.3").IncMajor }}', '{{ eq .x .y }}',
    ['{{ eq .a .b }}', { a: 'x', b: 'x' }], ['{{ eq .a 1 }}', { a: 1 }], ['{{ eq .a .m }}', { a: 1, m: {} }],
    '{{ $a := toDate "2006-01-02" "2020-01-02" }}{{ $b := toDate "2006-01-02" "2020-01-03" }}{{ eq $a $b }}{{ eq $a $a }}',
  ],
  ne: [
    '{{ ne 1 2 }}', '{{ ne 1 1 }}', '{{ ne 1 "a" }}', '{{ ne nil nil }}', '{{ ne nil 1 }}', '{{ ne 1 2 3 }}', '{{ ne (list) (list) }}',
    '{{ ne (float64 "nan") (float64 "nan") }}', '{{ ne 1 }}', '{{ ne "" .x }}',
  ],
  lt: [
    ...values.map((value) => `{{ lt ${value} ${value} }}`), '{{ lt 1 2 }}', '{{ lt 2 1 }}', '{{ lt 1 1.5 }}', '{{ lt "a" "b" }}',
    '{{ lt "B" "a" }}', '{{ lt "a" "ä" }}', '{{ lt -1 (semver "0.0.0").Major }}', '{{ lt (semver "0.0.0").Major -1 }}', '{{ lt 1 "a" }}',
    '{{ lt true false }}', '{{ lt 1 nil }}', '{{ lt (float64 "nan") 1.0 }}', '{{ lt 1 }}', '{{ lt 1 (list) }}', '{{ lt "é" "z" }}',
    ['{{ lt .a .b }}', { a: 1, b: 2 }], ['{{ lt .a .b }}', { a: { $bytes: '/w==' }, b: 'é' }],
  ],
  le: [
    '{{ le 1 1 }}', '{{ le 2 1 }}', '{{ le (float64 "nan") (float64 "nan") }}', '{{ le "a" "a" }}', '{{ le 1 "a" }}', '{{ le true true }}',
    '{{ le nil nil }}', '{{ le 1 (int64 1) }}',
  ],
  gt: [
    '{{ gt 1 1 }}', '{{ gt 2 1 }}', '{{ gt (float64 "nan") 1.0 }}', '{{ gt "b" "a" }}', '{{ gt 1 "a" }}', '{{ gt false true }}', '{{ gt nil 1 }}',
    '{{ gt (semver "1.2.3").Minor 1 }}',
  ],
  ge: [
    '{{ ge 1 1 }}', '{{ ge 1 2 }}', '{{ ge (float64 "nan") 1.0 }}', '{{ ge "a" "b" }}', '{{ ge 1.5 1 }}', '{{ ge (list) 1 }}',
    '{{ ge -1 (semver "1.2.3").Minor }}',
  ],
});
