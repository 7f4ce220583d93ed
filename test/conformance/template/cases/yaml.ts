import { corpus, type OracleData } from '../../../support/template/corpus.ts';

const bytes = (text: string): OracleData => ({ $bytes: Buffer.from(text, 'latin1').toString('base64') });

/** Strings that an unquoted scalar would not be read as, or that look like it. */
const lookalikes: readonly string[] = [
  '', 'y', 'Y', 'n', 'N', 'yes', 'Yes', 'YES', 'yES', 'no', 'No', 'on', 'On', 'off', 'OFF', 'true', 'True', 'TRUE', 'tRUE', 'false', 'null', 'Null', 'NULL', 'nULL', '~', '~x',
  '.nan', '.NaN', '.inf', '-.inf', '+.inf', '.Inf', '+.nan', '<<', '=', '0', '-0', '+0', '7', '+7', '-7', '00', '07', '08', '0777', '0o17', '0o8', '0O17', '0x1F', '0X1f', '0xg', '-0x10',
  '0b101', '0b2', '0B1', '0b-1', '-0b1', '-0b-1', '1_000', '_1', '1_', '0x_f', '1.5', '-1.5', '+1.5', '.5', '-.5', '+.5', '._5', '5.', '.', '..', '+', '-', '1e3', '1E3', '1e+3', '1e', 'e3', '1e999', '.1e999',
  '9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616', '-9223372036854775809', '0xffffffffffffffffff', '0777777777777777777777777', '123456789012345678901234567890',
  '12:30', '12:30:45', '190:20:30.15', '1:60', '-1:20', '1:2:', '2001-01-01', '2001-1-1', '2001-13-01', '2001-02-30', '2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43Z', '2001-12-14 21:59:43.10', '2001-12-14 21:59', '2001-', '1.2.3', '1,000',
];

/** Strings that need quotes, or a block, for what they hold. */
const awkward: readonly string[] = [
  'a: b', 'a:b', 'a:', ':a', ': a', ':', 'a #b', 'a#b', '#a', '- a', '-a', '- ', '? a', '?a', '?', '---', '--- a', '---a', '...', '...a', '%a', '@a', '`a`', '!a', '&a', '*a', '|', '>', '|-', '{', '}', '{a}', '[', ']', '[a]', 'a, b', ',a', 'a]', '"a"', 'a"b', "'a'", "it's", "'", '"', '\\', 'a\\nb',
  ' a', 'a ', '  ', '\ta', 'a\t', 'a\tb', 'a  b', 'a\nb', 'a\n', '\na', '\n', '\n\n', 'a\n\n', 'a\n\nb', 'a \nb', 'a\n b', ' a\nb', ' \n', '\n ', 'a\nb ', 'a\tb\nc', 'a\r\nb', 'a\rb', 'a: b\nc: d\n', '# a\nb', '- a\n- b\n', 'a\n---\nb', '\u00e9\n\u4e16\n',
  '\u00e9', '\u4e16\u754c', '\u{1f600}', 'a\u{1f600}\nb', '\u0000', '\u0007\u0008\u000b\u000c\u001b', '\u007f', '\u0080', '\u0085', 'a\u0085b', 'a \u0085 \u0085 b', '\u0085a\u0085', 'a\u0085--- b', 'a\u0085---\u0085', 'a\u0085 ---\u0085b', '\u00a0', 'a\u00a0b', '\u2028', 'a\u2028b', 'a\u2028', '\u2028a', 'a\u2028 b', "it's\u2028so", 'a\u2028b\nc', '\u2029\n', '\ufeff', '\ufeffab', 'a\ufeffb', '\ufffd', '\ufffe', '\uffff', '\ue000',
  'word '.repeat(30).trim(), 'word  '.repeat(30).trim(), 'word: '.repeat(30).trim(), `${'word: '.repeat(30)}\t`, `${'x'.repeat(90)} y`, `${'x'.repeat(76)} yy zz`, `${'\u00e9'.repeat(90)} y z`, `# ${'it\'s '.repeat(40)}`, `${'word '.repeat(30)}\n${'word '.repeat(30)}x`, 'x'.repeat(200), `"${'\\ '.repeat(60)}`,
  '-----BEGIN CERTIFICATE-----\nTWFuIGlzIGRpc3Rpbmd1aXNoZWQ=\n-----END CERTIFICATE-----\n', '{"a": [1, 2], "b": "c"}', '<a href="x">&amp;</a>', 'http://example.com/?a=b&c=d#e', 'user:pass@host', '*.example.com', '/path/to: file', '$a ${b} {{ c }}', 'key=value', '100%', '~/x', '!important',
];

const numbers: readonly OracleData[] = [0, 1, -1, 1.5, 0.1, 100000, 1000000, 1e15, 1e20, 1e21, 123456789012345680000, 1e-5, 0.0001, 1234567.5, 1e-7, 5e-324, 1.7976931348623157e308, -1.25e-9, 18446744073709552000, { $int: '9223372036854775807' }, { $int64: '-9223372036854775808' }, { $int: '0' }];

const structures: readonly OracleData[] = [
  null, true, false, {}, [], [[]], [{}], [[[]]], [null], { a: null }, { a: {} }, { a: [] }, { a: [[]] }, [[1, 2], [3, [4, [5]]]], [[{ a: 1, b: [2] }]], { a: { b: { c: [{ d: 1, e: [2, { f: 3 }] }] } } },
  [{ a: 1, b: 2 }, { c: [1, 2] }, [], {}], { a: ['x\ny\n', 'z'], b: 'x\ny', c: { d: 'x\n\n' } }, ['x\ny', ['x\ny\n', { k: ' x\ny' }]], { list: ['a', { b: 'c' }, ['d']], map: { x: [{ y: 'z' }] } },
  { $strings: { b: '1', a: 'x\ny', c: '', d: 'yes' } }, { $list: ['a', '', 'no', '- x'] }, { a: bytes('\xff\xfe') }, [bytes('\xc3')],
];

// some keys have no order in Go: a10 < a1b < a01 < a10
const sortedKeys = ['a', 'b', 'B', 'A', 'a1', 'a2', 'a10', 'a01', 'a-b', 'a_b', 'a.b', 'ab', '1', '2', '10', '02', '010', '-1', '', ' ', '_', '\u00e9', '\u4e16', '\u{1f600}', '\u0661', 'a\u0661', 'x0', 'x00', 'x1', 'x10', 'x100', '99999999999999999999', '9999999999999999999', '0', '00', 'a.10', 'a.9'];

const oddKeys = [...lookalikes, ...awkward].filter((key) => !key.startsWith('$'));

const longKeys: readonly OracleData[] = [127, 128, 129, 130, 510, 1021, 1022, 1023, 1024].map((length) => ({ ['k'.repeat(length)]: [1], z: 2 }));

/** Pieces of strings put together in all ways: three hundred that no one would think of. */
const pieces = ['a', ' ', '\n', '\t', ':', '#', '-', "'", '"', '\u00e9', '\u2028', '1', '.', '[', '\\', '?'];
const combined = pieces.flatMap((first, i) => pieces.map((second, j) => first + second + (pieces[(i * 7 + j * 3) % pieces.length] ?? '') + (pieces[(i + j * 5) % pieces.length] ?? '')));

/** What is no key, and is quoted as Go code in the error, which ours is not. */
const refusedKeys = new Set(['null', 'Null', 'NULL', '~', '9223372036854775808', '18446744073709551615']);
const refused = [...[...refusedKeys].map((key) => `${key}: v`), '? - a\n: b', '{[a]: b}', '? {a: b}\n: c', '!!null x: y', 'a: {~: 1}'];

const readings: readonly string[] = [
  '', '\n', '# nothing', '~', 'null', '---', '--- {}', '...', '{}', '[]', 'a', '5', '"a"', 'true', '- a', 'a: 1', 'a: 1\nb: 2\n', 'a: 1\n---\nb: [', 'a: 1\n...\n%x', '%YAML 1.1\n---\na: 1', '%YAML 1.2\n---\na: 1', '%TAG !e! tag:example.com,2000:\n---\na: !e!b 5', '%x\n---\na: 1', '%YAML 1.1\na: 1',
  ...lookalikes.map((text) => `k: ${text}\n${refusedKeys.has(text) ? 'x' : text}: v\n`),
  'a: 1\na: 2', 'a: &x 1\nb: *x', 'a: *x', 'a: &x [*x]', 'a: &x {b: 1}\nc: {<<: *x, d: 2}', 'a: &x {b: 1}\nc:\n  b: 0\n  <<: *x\n', 'c:\n  <<: {b: 1}\n  b: 0\n', '<<: [{a: 1, b: 1}, {b: 2, c: 2}]', '<<: 5', '<<: [5]', '"<<": {a: 1}', 'a: <<', '? <<\n: {a: 1}', 'a: &x b\n? *x\n: c', '&a a: &b b\n*a : *b',
  'a: |\n  x\n  y\n', 'a: |-\n  x\n', 'a: |+\n  x\n\n', 'a: >\n  x\n  y\n\n  z\n', 'a: >-\n  x\n   y\n  z\n', 'a: |2\n    x\n', 'a: |1-\n  x\n', 'a: |0\n x', 'a: |x\n', 'a: | # c\n  x\n', 'a: |\nb: 1', 'a: |\n\tx', '- |\n x\n- >\n y\n', 'a: |\n   x\n  y\n', 'a: |\r\n  x\r\n  y\r\n',
  'a: "x\n  y"', 'a: "x\ny"', 'a: "x \\\n  y"', "a: 'x\n\n  y'", "a: 'it''s'", 'a: "\\x41\\u00e9\\U0001F600\\n\\t\\0\\e\\_\\N\\L\\P\\ \\""', 'a: "\\/"', 'a: "\\q"', 'a: "\\xzz"', 'a: "\\ud800"', 'a: "x', "a: 'x", 'a: "x"y', 'a: x\n y\n\n z', 'a: x # c', 'a: x#c', 'a: "---\n---"', 'a: "x\n--- y"',
  'a: [1, b, "c"]', 'a: [1, 2', 'a: [1,, 2]', 'a: [1, 2,]', 'a: [1\n,2\n]', 'a: {b: 1, c: {d: 2}}', 'a: {b, c: , d: 1}', 'a: {b: 1,}', 'a: {"b":1}', 'a: {b:1}', 'a: [b: c, d]', 'a: [? b : c]', 'a: [?b]', 'a: {? b}', 'a: [x?y]', 'a: [http://x]', 'a: {\n"b": 1\n}', '{"a": {"b": [1, 2.5, null, true, "x"]}}', '{a: b}}', '{a: b} c', 'a: [-]', 'a: [- b]', 'a: {b: -}',
  'a: b: c', 'a:\n  b\nc', 'a\nb: c', 'a: 1\n b: 2', ' a: 1\nb: 2', '\ta: 1', 'a:\tb', 'a:\n\tb: 1', 'a: x\n\ty', '- a\nb: 1', 'a: - b', '- - a\n  - b\n- c', '-\n  a: 1', '- a: 1\n  b: 2\n-\n- c', 'a:\n- b\n- c\nd: e', 'a:\n  - b\n - c', '? a\n: b', '? a', ': a', 'a: @b', 'a: `b`', 'a: %b', 'a: ,b', 'a: ]', '}', 'a: & b', 'a: &b', 'a: *', 'a: !', 'a: !b', 'a: !<x> 5', 'a: !<x 5', 'a: !e!x 5', 'a: !!', 'a: !%41 x',
  'a: !!str 5', 'a: !!int "5"', 'a: !!int x', 'a: !!float 5', 'a: !!float 18446744073709551615', 'a: !!bool yes', 'a: !!bool x', 'a: !!null ""', 'a: !!null x', 'a: !!binary aGVsbG8=', 'a: !!binary /w==', 'a: !!binary "aGVs\n  bG8="', 'a: !!binary x', 'a: !!timestamp 2001-01-01', 'a: !!timestamp x', 'a: ! yes', 'a: ! "yes"', 'a: !!map {b: 1}', 'a: !!seq [1]', 'a: !!set {b}', 'a: !foo [1]', '!!str a: 1', 'a: &x !!str 5\nb: *x', 'a: !!str &x 5\nb: *x', 'a: !!str', 'a: !!merge <<',
  'a: .nan', 'a: .inf', 'a: {b: [-.inf]}', '1.5: a\n0.1: b\n16777217: c\n1e3: d\n', 'a: 9007199254740993', 'a: 1e400', `${'k'.repeat(1025)}: 1`, `${'k'.repeat(1024)}: 1`, `? ${'k'.repeat(2000)}\n: 1`, '\u00e9: \u4e16\u{1f600}', 'a: b\u0085c: d', 'a: b\u2028 c', 'a:\u00a0b', '\ufeffa: 1', 'a: \ufeffb', 'a: \u0000', 'a: \u007f', 'a: \u0080', 'a: 1\r\nb: 2\r', 'a: \ufffe',
];

export const cases = corpus({
  toYaml: [
    ...lookalikes.map((text) => ['{{ toYaml .v }}', { v: text }] as const),
    ...awkward.map((text) => ['{{ toYaml .v }}', { v: text }] as const),
    ...[...lookalikes, ...awkward].map((text) => ['{{ toYaml .v }}', { v: { key: [text, { inner: text }] } }] as const),
    ...oddKeys.map((key) => ['{{ toYaml .v }}', { v: { [key]: [1], zz: key } }] as const),
    ...combined.map((text) => ['{{ toYaml .v }}', { v: [text, { k: text }] }] as const),
    ...numbers.map((value) => ['{{ toYaml .v }}', { v: [value, { k: value }] }] as const),
    ...structures.map((value) => ['{{ toYaml .v }}', { v: value }] as const),
    ...longKeys.map((value) => ['{{ toYaml .v }}', { v: value }] as const),
    ['{{ toYaml .v }}', { v: Object.fromEntries(sortedKeys.map((key, index) => [key, index])) }],
    '{{ toYaml (list 1 (int64 2) 2.5 (divf 1 3) "x" nil true) }}',
    '{{ toYaml (dict "t" (toDate "2006-01-02" "2024-02-29") "l" (splitList "," "a,b") "n" nil) }}',
    '{{ toYaml nil }}',
    '{{ dict "a" (dict "b" (list 1 2)) | toYaml | nindent 4 }}',
    '{{ $d := dict "a" 1 }}{{ $_ := set $d "self" $d }}[{{ toYaml $d }}]',
    '{{ toYaml }}',
    '{{ toYaml 1 2 }}',
    ['{{ .j | fromJson | toYaml }}', { j: '{"b": [1, 2.5, -0, 1e3, "x\\u0000", null], "a": {"x": "y"}}' }],
    ['{{ toYaml . }}', { secret: 'line one\nline two\n', password: 'p@ss: word', port: '8080', empty: '' }],
  ],
  fromYaml: [
    ...readings.map((text) => ['{{ $v := fromYaml .t }}{{ toJson $v }}', { t: text }] as const),
    ...readings.map((text) => ['{{ $v := fromYaml .t }}{{ toYaml $v }}', { t: `k:\n  ${text.replaceAll('\n', '\n  ')}\n` }] as const),
    ['{{ $v := fromYaml .t }}{{ $v.a }} {{ $v.b.c }} {{ index $v.l 1 }} {{ typeOf $v }} {{ typeOf $v.a }} {{ len $v.l }}', { t: 'a: 5\nb: {c: x}\nl: [1, 2]\n' }],
    ['{{ fromYaml .t | toJson }}', { t: bytes('a: \xff') }],
    ['{{ fromYaml .t | toJson }}', { t: bytes('a: \xc3') }],
    ['{{ fromYaml .t | toJson }}', { t: bytes('a: \xc0\x80\xed\xa0\x80') }],
    ...refused.map((text) => ['{{ hasKey (fromYaml .t) "Error" }}', { t: text }] as const),
    '{{ fromYaml 5 }}',
    '{{ fromYaml nil }}',
    '{{ fromYaml "a: 1" | toYaml | fromYaml | toJson }}',
    '{{ $m := fromYaml "" }}{{ $_ := set $m "k" 1 }}{{ toJson $m }}',
  ],
});
