import { corpus, type OracleData } from '../../../support/template/corpus.ts';

const bytes = (text: string): OracleData => ({ $bytes: Buffer.from(text, 'latin1').toString('base64') });

const values: readonly OracleData[] = [
  null,
  true,
  '',
  'text',
  '<a href="x">&amp;\'</a>',
  'tab\tfeed\nreturn\rback\bform\fnull\0escape\u001bdelete\u007f',
  '\u0085\u2028\u2029\ufeff\ufffd\ue000',
  'h\u00e9llo \u4e16\u754c \u{1f600}',
  bytes('\xff\xfe valid \xc3\xa9 cut \xc3'),
  bytes('\xed\xa0\x80 surrogate, \xc0\x80 overlong, \xf5\x80\x80\x80'),
  '\\ / "',
  0,
  -1,
  1.5,
  1e20,
  1e21,
  123456789012345680000,
  0.000001,
  1e-7,
  -1.25e-9,
  5e-324,
  1.7976931348623157e308,
  { $int: '9223372036854775807' },
  { $int64: '-9223372036854775808' },
  [],
  {},
  [[]],
  [{}],
  [null, false, 'a', 2, [3], { four: 5 }],
  { b: 1, a: { d: null, c: [] }, B: 2, '': 3, '<': 4, '\u00e9': 5, a1: 6 },
  { $strings: { z: 'last', a: '<first>', k: bytes('\xff') } },
  { $list: ['one', '<two>', ''] },
];

const texts: readonly string[] = [
  'null', 'true', 'false', '0', '-0', '1.5e3', '1E-2', '"text"', '[]', '{}', ' [ 1 , 2 ] ', '\t{"a" : 1}\r\n', '{"a":1,"a":2}', '{"a":{"x":1},"a":{"y":2}}',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\u0041\\u00e9\\u4e16"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\ud83d\\ud83d\\ude00"', '"\\uD83D\\uDE00"',
  '"\u00e9\u{1f600}\u2028"', '123456789012345678901234567890', '9007199254740993', '1e308', '1e309', '[1e999, 2]', '{"a": -1e400, "b": {"c": [1e400]}}',
  '', ' ', '{', '[', '"', '[1', '[1,', '[1,]', '[,1]', '[1 2]', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{,}', '{a:1}', '{\'a\':1}', '{1:2}', '{"a" 1}', '{"a":1 "b":2}',
  '1 2', 'nul', 'nulL', 'tru', 'falsy', 'True', 'NaN', 'Infinity', '-', '-a', '+1', '01', '-01', '1.', '.5', '1.a', '1e', '1e+', '1ea', '0x10', '1_000',
  '"\n"', '"\t"', '"\\', '"\\x"', '"\\u"', '"\\u12"', '"\\u12g4"', '"\\\'"', '\u00e9', '\u0000', '\ufeff{}', '// comment', '[1] // comment', '\'a\'', '"a" "b"', ']', '}', ',', ':',
];

const cycle = '{{ $d := dict "a" 1 }}{{ $_ := set $d "self" $d }}';
const nested = (depth: number): string => `{{ $l := list }}{{ range until ${depth} }}{{ $l = list $l }}{{ end }}`;

const encoders = (name: string): readonly (string | readonly [string, OracleData])[] => [
  ...values.map((value) => [`{{ ${name} .v }}`, { v: value }] as const),
  `{{ ${name} (list (int64 5) (float64 2.5) nil) }}`,
  `{{ ${name} (dict "t" (toDate "2006-01-02" "2024-02-29") "s" (splitList "," "a,b")) }}`,
  `${nested(40)}{{ ${name} $l }}`,
  `${cycle}{{ ${name} $d }}`,
  `{{ ${name} (list 1 (divf 1 0.5)) }}`,
  `{{ ${name} }}`,
  `{{ ${name} 1 2 }}`,
  `{{ list "a" | ${name} | quote }}`,
];

const decoders = (name: string): readonly (string | readonly [string, OracleData])[] => [
  ...texts.map((text) => [`{{ $v := ${name} .t }}{{ toJson $v }} {{ kindOf $v }}`, { t: text }] as const),
  [`{{ ${name} .t | toJson }}`, { t: bytes('{"\xff": "\xc3", "\xc3\xa9": "\xed\xa0\x80"}') }],
  [`{{ ${name} .t | toJson }}`, { t: bytes('\xff') }],
  [`{{ $v := ${name} .t }}{{ $v.a }} {{ index $v.l 1 }} {{ range $k, $e := $v }}{{ $k }}{{ end }} {{ typeOf $v.n }}`, { t: '{"a": "b", "l": [1, 2], "n": 3}' }],
  `{{ ${name} 5 }}`,
  `{{ ${name} nil }}`,
  `{{ ${name} (repeat 900 "[") }}`,
  `{{ printf "%s1%s" (repeat 900 "[") (repeat 900 "]") | ${name} | toJson | len }}`,
];

export const cases = corpus({
  toJson: encoders('toJson'),
  mustToJson: encoders('mustToJson'),
  toPrettyJson: encoders('toPrettyJson'),
  mustToPrettyJson: encoders('mustToPrettyJson'),
  toRawJson: encoders('toRawJson'),
  mustToRawJson: encoders('mustToRawJson'),
  fromJson: decoders('fromJson'),
  mustFromJson: decoders('mustFromJson'),
});
