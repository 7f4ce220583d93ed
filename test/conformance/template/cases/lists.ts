import { corpus } from '../../../support/template/corpus.ts';

const words = { $list: ['b', 'a', 'c', 'a'] };

/** What each of sprig's functions on lists says to values that are no list. */
const misuse = (name: string, rest = ''): string[] =>
  ['nil', '3', '"text"', '(dict "a" 1)', 'true', '1.5', '(semver "1.2.3")'].map((value) => `{{ ${name} ${value}${rest} }}`);

/** sprig's functions on lists, and the builtins that look into them. */
export const cases = corpus({
  list: [
    '{{ list }}', '{{ list 1 "a" nil 2.5 true }}', '{{ typeOf (list 1) }}', '{{ list (list 1) (dict "a" 1) }}', '{{ list | toJson }}',
    '{{ 3 | list 1 2 }}', ['{{ list .a .b | toJson }}', { a: 1 }],
  ],
  tuple: ['{{ tuple 1 2 }}', '{{ tuple | len }}', '{{ typeOf tuple }}', '{{ index (tuple "a" "b") 1 }}'],
  first: [
    '{{ first (list 1 2) }}', '{{ first (list) }}', '{{ first (list) | toJson }}', '{{ first (list nil 1) }}',
    ['{{ first .w | typeOf }}', { w: words }], '{{ first (until 3) | typeOf }}', '{{ (first (list nil)).x }}', ...misuse('first'),
  ],
  mustFirst: ['{{ mustFirst (list 1 2) }}', '{{ mustFirst (list) }}', ['{{ mustFirst .w }}', { w: words }], ...misuse('mustFirst')],
  last: [
    '{{ last (list 1 2) }}', '{{ last (list) }}', '{{ last (list 1 nil) }}', ['{{ last .w | typeOf }}', { w: words }], '{{ last (list (list 1)) }}',
    ...misuse('last'),
  ],
  mustLast: ['{{ mustLast (list 1 2) }}', '{{ mustLast (list) }}', ['{{ mustLast .w }}', { w: words }], ...misuse('mustLast')],
  rest: [
    '{{ rest (list 1 2 3) }}', '{{ rest (list 1) }}', '{{ rest (list 1) | toJson }}', '{{ rest (list) | toJson }}',
    ['{{ rest .w }} {{ rest .w | typeOf }}', { w: words }], '{{ rest (until 3) | typeOf }}',
    '{{ $l := list 1 2 }}{{ $r := rest $l }}{{ $l }}{{ $r }}', ...misuse('rest'),
  ],
  mustRest: ['{{ mustRest (list 1 2 3) }}', '{{ mustRest (list) | toJson }}', ['{{ mustRest .w }}', { w: words }], ...misuse('mustRest')],
  initial: [
    '{{ initial (list 1 2 3) }}', '{{ initial (list 1) | toJson }}', '{{ initial (list) | toJson }}',
    ['{{ initial .w }} {{ initial .w | typeOf }}', { w: words }], ...misuse('initial'),
  ],
  mustInitial: [
    '{{ mustInitial (list 1 2 3) }}', '{{ mustInitial (list) | toJson }}', ['{{ mustInitial .w }}', { w: words }], ...misuse('mustInitial'),
  ],
  append: [
    '{{ append (list 1) 2 }}', '{{ append (list) nil | toJson }}', ['{{ append .w 1 }} {{ append .w "x" | typeOf }}', { w: words }],
    '{{ append (list 1) (list 2) }}', '{{ $l := list 1 }}{{ $m := append $l 2 }}{{ $l }}{{ $m }}', '{{ append (list 1) }}',
    ...misuse('append', ' 1'),
  ],
  mustAppend: [
    '{{ mustAppend (list 1) 2 }}', '{{ mustAppend (until 2) "x" | toJson }}', ['{{ mustAppend .w 1 }}', { w: words }],
    ...misuse('mustAppend', ' 1'),
  ],
  push: [
    '{{ push (list 1) 2 }}', '{{ push (list) 1 | typeOf }}', ['{{ push .w 1 }}', { w: words }], '{{ 2 | push (list 1) }}', ...misuse('push', ' 1'),
  ],
  mustPush: ['{{ mustPush (list 1) 2 }}', ['{{ mustPush .w 1 }}', { w: words }], '{{ mustPush (list 1) nil }}', ...misuse('mustPush', ' 1')],
  prepend: [
    '{{ prepend (list 1) 2 }}', '{{ prepend (list) nil | toJson }}', ['{{ prepend .w 1 }} {{ prepend .w 1 | typeOf }}', { w: words }],
    ...misuse('prepend', ' 1'),
  ],
  mustPrepend: [
    '{{ mustPrepend (list 1) 2 }}', ['{{ mustPrepend .w 1 }}', { w: words }], '{{ mustPrepend (list) 1 }}', ...misuse('mustPrepend', ' 1'),
  ],
  concat: [
    '{{ concat }}', '{{ concat | toJson }}', '{{ concat (list) | toJson }}', '{{ concat (list) (list) | toJson }}',
    '{{ concat (list 1) (list 2 3) (list) }}', ['{{ concat (list 1) .w }} {{ concat .w .w | typeOf }}', { w: words }],
    '{{ concat (list 1) (until 2) }}', '{{ concat (list (list 1)) (list nil) }}', '{{ concat (list 1) "a" }}', ...misuse('concat'),
  ],
  reverse: [
    '{{ reverse (list 1 2 3) }}', '{{ reverse (list) | toJson }}', ['{{ reverse .w }} {{ reverse .w | typeOf }}', { w: words }],
    '{{ $l := list 1 2 }}{{ $m := reverse $l }}{{ $l }}{{ $m }}', ...misuse('reverse'),
  ],
  mustReverse: ['{{ mustReverse (list 1 2 3) }}', '{{ mustReverse (list) }}', ['{{ mustReverse .w }}', { w: words }], ...misuse('mustReverse')],
  uniq: [
    '{{ uniq (list 1 2 1) }}', '{{ uniq (list 1 1.0 "1" true 1 nil nil) | toJson }}', '{{ uniq (list) | toJson }}',
    ['{{ uniq .w }} {{ uniq .w | typeOf }}', { w: words }], '{{ uniq (list (list 1) (list 1) (list 1.0)) }}',
    '{{ uniq (list (float64 "nan") (float64 "nan")) }}', '{{ uniq (list 0.0 (mulf -1 0)) }}', '{{ uniq (list (dict "a" 1) (dict "a" 1) (dict)) }}',
    '{{ uniq (list (int64 1) 1) | len }}', '{{ uniq (list (semver "1.2.3") (semver "1.2.3") (semver "v1.2.3")) }}', '{{ uniq (list "a" "A" "a") }}',
    ...misuse('uniq'),
  ],
  mustUniq: ['{{ mustUniq (list 1 2 1) }}', '{{ mustUniq (list) }}', ['{{ mustUniq .w }}', { w: words }], ...misuse('mustUniq')],
  without: [
    '{{ without (list 1 2 1) 1 }}', '{{ without (list 1 2) }}', '{{ without (list 1 2) 1 2 | toJson }}', '{{ without (list 1 1.0 "1") 1 }}',
    ['{{ without .w "a" "b" }} {{ without .w | typeOf }}', { w: words }], '{{ without (list nil 1) nil }}',
    '{{ without (list (list 1)) (list 1) }}', '{{ without (list (float64 "nan")) (float64 "nan") }}', ...misuse('without', ' 1'),
  ],
  mustWithout: [
    '{{ mustWithout (list 1 2 1) 1 }}', ['{{ mustWithout .w "a" }}', { w: words }], '{{ mustWithout (list) 1 | toJson }}',
    ...misuse('mustWithout', ' 1'),
  ],
  has: [
    '{{ has 1 (list 1) }}', '{{ has 1.0 (list 1) }}', '{{ has (int64 1) (list 1) }}', '{{ has nil (list nil) }}', '{{ has 1 nil }}',
    '{{ has "a" (list) }}', ['{{ has "a" .w }} {{ has "x" .w }}', { w: words }], '{{ has (list 1) (list (list 1)) }}',
    '{{ has (list) (list (rest (list))) }}', '{{ has (dict "a" (list 1)) (list (dict "a" (list 1))) }}', '{{ has "a" "abc" }}',
    '{{ has 1 (dict) }}', '{{ has 1 2 }}',
  ],
  mustHas: [
    '{{ mustHas 1 (list 1) }}', '{{ mustHas 1 nil }}', ['{{ mustHas "a" .w }}', { w: words }], '{{ mustHas 1 (dict) }}', '{{ mustHas 1 "1" }}',
  ],
  compact: [
    '{{ compact (list 1 0 "" "a" nil false true (list) (dict) 0.0) }}', '{{ compact (list) | toJson }}', '{{ compact (list nil) | toJson }}',
    ['{{ compact .w | typeOf }} {{ compact .w }}', { w: { $list: ['', 'a'] } }], '{{ compact (list (semver "0.0.0") (int64 0)) }}',
    ...misuse('compact'),
  ],
  mustCompact: ['{{ mustCompact (list 1 0 "" "a") }}', '{{ mustCompact (until 3) }}', '{{ mustCompact (list) }}', ...misuse('mustCompact')],
  slice: [
    '{{ slice (list 1 2 3) }}', '{{ slice (list 1 2 3) 1 }}', '{{ slice (list 1 2 3) 1 2 }}', '{{ slice (list 1 2 3) 3 | toJson }}',
    '{{ slice (list 1 2 3) 2 1 }}', '{{ slice (list 1 2 3) -1 }}', '{{ slice (list 1 2 3) 0 4 }}', '{{ slice (list 1 2 3) 4 }}',
    '{{ slice (list 1 2 3) "1" 2.9 }}', '{{ slice (list 1 2 3) nil true }}', '{{ slice (list 1 2 3) 0 2 7 }}', '{{ slice (list) 5 | toJson }}',
    '{{ slice (list) }}', ['{{ slice .w 1 3 }} {{ slice .w 1 | typeOf }}', { w: words }], '{{ slice (until 5) 2 | typeOf }}', ...misuse('slice'),
    '{{ slice "abc" 1 2 }}',
  ],
  mustSlice: [
    '{{ mustSlice (list 1 2 3) 1 }}', '{{ mustSlice (list 1 2 3) 1 9 }}', ['{{ mustSlice .w 1 3 }}', { w: words }], ...misuse('mustSlice'),
  ],
  chunk: [
    '{{ chunk 2 (list 1 2 3) }}', '{{ chunk 3 (list 1 2 3) }}', '{{ chunk 10 (list 1 2 3) }}', '{{ chunk 1 (list 1 2 3) | typeOf }}',
    '{{ chunk 2 (list) | toJson }}', '{{ chunk 0 (list 1) }}', '{{ chunk 0 (list) }}', '{{ chunk 0 (list 1 2) }}', '{{ chunk -1 (list) }}',
    '{{ chunk -1 (list 1) }}', '{{ chunk -1 (list 1 2) | toJson }}', '{{ chunk -1 (list 1 2 3) }}', '{{ chunk -2 (list 1 2 3) | toJson }}',
    '{{ chunk -5 (list 1 2 3) | toJson }}', '{{ chunk -5 (list 1) }}', '{{ chunk -5 (list) }}', ['{{ chunk 3 .w }}', { w: words }],
    '{{ index (chunk 2 (list 1 2 3)) 0 | typeOf }}', '{{ chunk "2" (list) }}', '{{ chunk 9223372036854775807 (list 1 2) }}', '{{ chunk 2 nil }}',
    '{{ chunk 2 "abc" }}', '{{ chunk 2 (dict) }}',
  ],
  mustChunk: ['{{ mustChunk 2 (list 1 2 3) }}', '{{ mustChunk 0 (list 1) }}', '{{ mustChunk 2 nil }}', '{{ mustChunk 2 3 }}'],
  until: [
    '{{ until 3 }}', '{{ until 0 | toJson }}', '{{ until -3 }}', '{{ until 2 | typeOf }}', '{{ until "3" }}',
    '{{ range until 3 }}[{{ . }}]{{ end }}', '{{ until 2 | toJson }}',
  ],
  untilStep: [
    '{{ untilStep 0 10 3 }}', '{{ untilStep 0 9 3 }}', '{{ untilStep 10 0 -3 }}', '{{ untilStep 0 5 0 }}', '{{ untilStep 0 5 -1 }}',
    '{{ untilStep 5 0 1 }}', '{{ untilStep 5 5 1 | toJson }}', '{{ untilStep 9223372036854775800 9223372036854775806 3 }}',
    '{{ untilStep -9223372036854775808 -9223372036854775800 5 }}', '{{ untilStep 1 2 }}',
  ],
  seq: [
    '{{ seq }}', '{{ seq 5 }}', '{{ seq 1 }}', '{{ seq 0 }}', '{{ seq -3 }}', '{{ seq 2 5 }}', '{{ seq 5 2 }}', '{{ seq 2 2 }}', '{{ seq 0 2 10 }}',
    '{{ seq 0 3 10 }}', '{{ seq 0 -2 -5 }}', '{{ seq 10 1 5 }}', '{{ seq 10 -2 5 }}', '{{ seq 1 0 5 }}', '{{ seq 1 -1 5 }}', '{{ seq 1 2 3 4 }}',
    '{{ seq "1" }}', '{{ seq 3 | typeOf }}', '{{ seq -2 2 }}',
  ],
  index: [
    '{{ index (list 1 2) 0 }}', '{{ index (list 1 2) 2 }}', '{{ index (list 1 2) 3 }}', '{{ index (list 1 2) -1 }}', '{{ index (list 1 2) "a" }}',
    '{{ index (list 1 2) nil }}', '{{ index (list 1 2) 1.0 }}', '{{ index (list 1 2) true }}', '{{ index (list (list 1 2) (list 3)) 0 1 }}',
    '{{ index (list nil) 0 }}', '{{ index (list nil) 0 1 }}', '{{ (index (list nil) 0).x }}', '{{ index "abc" 1 }}', '{{ index "abc" 1 | typeOf }}',
    '{{ index "abc" 3 }}', '{{ index "abc" 4 }}', '{{ index "abc" -1 }}', '{{ index "abc" "a" }}', '{{ index "añ" 1 }}',
    ['{{ index .b 0 }} {{ index .b 1 }}', { b: { $bytes: '/4A=' } }], '{{ index "abc" 0 0 }}', '{{ index "" 0 }}', '{{ index (dict "a" 1) "a" }}',
    '{{ index (dict "a" 1) "b" }}', '{{ index (dict "a" 1) 1 }}', '{{ index (dict "a" 1) nil }}', '{{ index (dict "a" (list 1 2)) "a" 1 }}',
    '{{ index (dict) "b" "c" }}', ['{{ index .m "x" }}|{{ index .m "y" }}|{{ index .m "y" | typeOf }}', { m: { $strings: { x: '1' } } }],
    ['{{ index .m "x" 0 }}', { m: { $strings: { x: '1' } } }], '{{ index nil 1 }}', '{{ index }}', '{{ index 5 }}', '{{ index 5 1 }}',
    '{{ index true 1 }}', '{{ index (semver "1.2.3") 1 }}', '{{ index (list 1 2) (int64 1) }}', '{{ index (list 1 2) (semver "0.0.1").Patch }}',
    '{{ index .x 1 }}', '{{ 0 | index (list 7) }}', ['{{ index . "a-b" "c d" }}', { 'a-b': { 'c d': 'deep' } }],
    ['{{ index .l .i }}', { l: ['a', 'b'], i: { $int: '1' } }], ['{{ index .l .i }}', { l: ['a', 'b'], i: 1 }],
  ],
  len: [
    '{{ len (list 1 2) }}', '{{ len (list) }}', '{{ len "añ" }}', '{{ len "" }}', '{{ len (dict "a" 1) }}', '{{ len nil }}', '{{ len 5 }}',
    '{{ len 1.5 }}', '{{ len true }}', '{{ len .x }}', ['{{ len .x }}', {}], '{{ len (semver "1.2.3") }}',
    ['{{ len .b }}', { b: { $bytes: '//79' } }], '{{ len (until 4) }}', '{{ len (concat) }}', '{{ typeOf (len "a") }}',
    ['{{ len .w }}', { w: words }], '{{ len }}', '{{ len 1 2 }}', ['{{ len . }}', { a: 1, b: 2 }],
  ],
  call: ['{{ call 3 }}', '{{ call nil }}', '{{ call }}', '{{ call "a" 1 }}', ['{{ call .x 1 }}', { x: 'y' }], '{{ call (list) }}'],
  not: [
    '{{ not true }}', '{{ not 0 }}', '{{ not 1 }}', '{{ not "" }}', '{{ not "a" }}', '{{ not nil }}', '{{ not (list) }}', '{{ not (list 0) }}',
    '{{ not (dict) }}', '{{ not 0.0 }}', '{{ not (float64 "nan") }}', '{{ not (semver "0.0.0") }}', '{{ not .x }}', '{{ not }}', '{{ not 1 2 }}',
  ],
});
