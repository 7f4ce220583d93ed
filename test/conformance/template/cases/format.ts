import { corpus, type OracleData } from '../../../support/template/corpus.ts';

const integers = ['0', '1', '-1', '42', '-255', '65', '8364', '128512', '55296', '(int64 9223372036854775807)', '(int64 -9223372036854775808)'];
const floats = ['0.0', '-0.0', '1.0', '-1.5', '3.14159', '0.5', '2.5', '100000.0', '1234567.0', '1e20', '1e21', '1e100', '1e-7', '0.1', '5e-324', '(float64 "NaN")', '(float64 "Inf")', '(float64 "-Inf")'];
const texts = ['""', '"hi"', '"h\u00e9llo"', '"\u65e5\u672c\u8a9e"', String.raw`"a\tb\n\\\"'"`, '"`x`"', '(b64dec "/wBhw6k=")', String.raw`"\u200b\ufeff\u00ad\U0001F600"`];
const others = ['true', 'false', 'nil', '(list)', '(list 1 "a" 2.5 nil true)', '(dict)', '(dict "b" 1 "a" "x" "c" nil)', '(splitList "," "a,b")', '(until 3)', '(list (list 1) (dict "k" (list "v")))'];
const groups = { integers, floats, texts, others };

const verbs = 'vTtbcdoOqxXUeEfFgGswz'.split('');
const flags = ['', '+', '-', '#', ' ', '0', '8', '-8', '08', '+08', '-08', '.0', '.1', '.3', '12.4', '-12.4', '012.4', '#.3', '+.2', '# ', '+#', '#10', '#010', ' 08', '#08'];

/** Each verb with each set of flags, for all values of a kind at once. */
const matrix = verbs.flatMap((verb) =>
  flags.flatMap((flag) => Object.values(groups).map((values) => values.map((value) => `{{ printf "[%${flag}${verb}]" ${value} }}`).join(''))),
);

/** Formats, and how many arguments they are given: from none to three. */
const oddFormats = [
  ...['', '%', '%%', '%5%', '%-5%', '%d', '%d %d', '%d %d %d %d', '%!', '%!d', '%.', '%.d', '%.%', '%5', '%5.', '%05', '%#', '%+', '%-', '% ', '% d'],
  ...['%[1]d', '%[2]d %[1]d', '%[3]d', '%[4]d', '%[0]d', '%[-1]d', '%[]d', '%[', '%[]', '%[1', '%[1]', '%[x]d', '%[1x]d', '%[1]', '%[1]%', '%[5]%', '%[99999999999]d', '%[1][2]d'],
  ...['%[2]*[1]d', '%[2]*d', '%[1]5d', '%[1].2d', '%[1]*.2d', '%[1]*.[2]*[3]d', '%*.*d', '%.*d', '%.[2]*d', '%.[3]*d', '%[3]*.[2]*[1]d', '%[9]*d', '%-[1]5d', '%-*d', '%0*d', '%*%', '%.*%'],
  ...['%100000000d', '%.100000000d', '%99999999999999d', '%.99999999999999d', '%é', '%世 %d', '%w', '%W', '%D', '%p', '%i', '%u', '%l', '%ld', '%[2]d', '%[3]d %d', '%[2]d %d', '%[1]d %d', '%d %[1]d'],
  ...['%s %s', '100%', '100% sure', '%2d|%-2d|%02d', '%v %#v %+v', '%T %T', '%x %X', '%q %q', '%t', '%5t|%-7t|', '%6.2f%%', '%e', '%08b', '%o %O', '%c%c', '%U %#U', '%+d', '\\u0025d', '%\\n', '%\\x00'],
];
const odd = oddFormats.flatMap((format) => ['', ' 7', ' 7 3', ' 7 3 "x"', ' 3 -7 2.5 nil'].map((args) => `{{ printf "${format}"${args} }}`));

const printed = [...integers, ...floats, ...texts, ...others, '(dict "a" (dict "b" (list 1 2.0 "c")))', '(list nil)', '(list (list) (dict))', '(list "a b" "c")'];
const anyData: OracleData = { a: [1, 2.5, 'x', null, true, { b: [] }], s: { $strings: { k: 'v', a: 'b' } }, l: { $list: ['p', 'q'] }, i: { $int: '5' }, j: { $int64: '-6' }, z: { $bytes: 'AP/+w6k=' }, n: null };
const fields = ['a', 's', 'l', 'i', 'j', 'z', 'n', 'missing'];
const pairs = ['1', '"a"', 'nil', '2.5', 'true', '(list 1)', '(dict)'];
const special = String.raw`"<a href='x'>&amp; \"q\"=\\ \t\n\r\x00\x1f\x7f é 世 😀 \u2028\u200b\ufeff\U000E0001 ~!@#$%^&*()_+-./:;,?[]{}|"`;

/** Go's fmt, and the builtins that print and escape. */
export const cases = corpus({
  printf: [
    ...matrix,
    ...odd,
    ...fields.flatMap((field) => ['%v', '%+v', '%#v', '%T', '%q', '%x', '%d', '%s', '%10v', '%t'].map((format) => [`{{ printf "${format}" .${field} }}`, anyData] as const)),
    ...['%v', '%s', '%d', '%t', '%q', '%x', '%w', '%#v', '%10d', '%T'].map((format) => `{{ printf "${format}" (duration "90") }}{{ printf "${format}" (semver "1.2.3").Major }}`),
    '{{ printf }}',
    '{{ printf 1 }}',
    '{{ printf nil }}',
    '{{ printf "%d" }}',
    '{{ 3 | printf "%d" }}',
    '{{ 3 | printf "%d-%d" 2 }}',
    '{{ printf "%s" printf }}',
    '{{ printf (b64dec "/yVk/w==") 5 }}',
    '{{ printf (b64dec "Jf8=") 5 }}',
    '{{ printf "%.2s|%.3q|%5.1s|%-5.1s|" (b64dec "w6n/w6k=") "日本語" "é" "é" }}',
    '{{ printf "%5s|%-5s|%05s|%5q" "é" "日本" "x" "é" }}',
    '{{ printf "%x % x %#x %# x %.2x %10x|%-10x|%010x" "hé" "hé" "hé" "hé" "hé" "a" "a" "a" }}',
    '{{ printf "%08.3f|%+08.3f|% 08.3f|%-8.3f|%8.0f" 3.14159 3.14159 3.14159 3.14159 2.5 }}',
    ...[0, 1, 2, 3, 5, 10, 17, 18, 19, 20, 25, 40].flatMap((precision) => [
      `{{ printf "%.${precision}f %.${precision}f %.${precision}f %.${precision}f" 0.1 1234567.891 0.000125 1e22 }}`,
      `{{ printf "%.${precision}e %.${precision}g %.${precision}e %.${precision}g %.${precision}G" 0.1 1234567.891 99999.5 0.00001234 1e-10 }}`,
      `{{ printf "%#.${precision}g %#.${precision}e %#.${precision}x %.${precision}x %.${precision}X" 1.0 100.0 1.999 1.999 0.1 }}`,
    ]),
    '{{ printf "%.0f %.0f %.0f %.0f %.0f %.1f %.1f %.2f" 0.5 1.5 2.5 3.5 -0.5 0.25 0.35 1.005 }}',
    '{{ printf "%.1f %.0e %.0g %.400f" 1e300 15.0 25.0 5e-324 }}',
    '{{ printf "%v %v %v %v %v" 1.7976931348623157e308 2.2250738585072014e-308 4.9e-324 9007199254740993.0 123456789012345678.0 }}',
    '{{ printf "%b %b %b" 1.0 0.1 5e-324 }}',
    '{{ printf "%6d|%-6d|%06d|%+6d|%x|%X|%#x|%#o|%O|%b|%#b|%c|%q|%U|%#U" 42 42 42 42 255 255 255 8 8 5 5 9731 9731 9731 9731 }}',
    '{{ printf "%q %+q %#q %q %+q" 39 9731 39 1114112 -1 }}',
    '{{ printf "%[1]v %[1]T %[1]q %[1]x %[1]d" (list "a" 1) }}',
    '{{ printf "%[1]v %[1]T %[1]q %[1]x %[1]d" (dict "a" 1 "b" (list "c")) }}',
    '{{ printf "%5v|%-5v|%05v|%+v" (list 1 2) (list "a") (list 1 2) (list 1 2) }}',
    '{{ printf "%6.2f|%6.2v" (list 1.234 2 "abc") (list 1.234 2 "abc") }}',
    '{{ printf "%s" (repeat 3 "ab") }}',
    '{{ printf "%T %T %T %T %T %T %T" 1 1.0 "a" true (list) (dict) nil }}',
    '{{ printf "%T %T %T %T" (int64 1) (float64 1) (until 2) (splitList "," "a") }}',
    "{{ printf \"%T %v %c %q\" 'a' 'a' 'a' 'a' }}",
    '{{ printf "%5T|%-8T|%.3T|%08T" 1 1 "x" 1 }}',
    '{{ printf "%t %t %v %5t|%-6t|%05t" true false true true false true }}',
    '{{ printf "%d %s" "a" 1 }}',
    '{{ printf "%z %!" 3 }}',
    '{{ printf "%v" (printf "%%v") }}',
    '{{ printf `%s` "raw" }}',
    '{{ (printf "%s-%d" "a" 1) | upper }}',
    '{{ len (printf "%1000000d" 1) }}',
    '{{ len (printf "%1000001d" 1) }}{{ len (printf "%1234567s" "é") }}',
    '{{ printf "%*d" 1000001 1 }}{{ len (printf "%*d" 1000000 1) }}{{ printf "%.*d" 1000001 1 }}',
    '{{ len (printf "%.1000000f" 1.5) }}',
    '{{ len (printf "%1000s%1000v" "x" (list 1 2)) }}',
    '{{ $d := dict "a" 1 }}{{ $l := list $d $d }}{{ printf "%v" (list $l $l) }}',
  ],
  print: [
    '{{ print }}',
    ...printed.map((value) => `{{ print ${value} }}|{{ ${value === 'nil' ? '"nil"' : value} }}`),
    ...pairs.flatMap((first) => pairs.map((second) => `{{ print ${first} ${second} }}`)),
    '{{ print "a" 1 2 "b" 3.5 nil nil true "c" }}',
    '{{ "x" | print "y" }}',
    '{{ print print }}',
    ...fields.map((field) => [`{{ print .${field} .${field} }}`, anyData] as const),
  ],
  println: [
    '{{ println }}',
    ...pairs.flatMap((first) => pairs.map((second) => `{{ println ${first} ${second} }}`)),
    '{{ println "a" 1 2 "b" 3.5 nil nil true "c" }}',
    '{{ println "" }}',
    '{{ "x" | println "y" | printf "%q" }}',
  ],
  html: ['{{ html }}', ...printed.map((value) => `{{ html ${value} }}`), `{{ html ${special} }}`, '{{ html "<" "&" 1 2 nil }}', '{{ html (list "<" "\'") }}', '{{ html (b64dec "PP8APg==") }}', ['{{ html .missing }}', {}], '{{ "<b>" | html }}', '{{ html html }}'],
  js: ['{{ js }}', ...printed.map((value) => `{{ js ${value} }}`), `{{ js ${special} }}`, "{{ js \"<\" \"'\" 1 2 nil }}", '{{ js (dict "<" "=") }}', '{{ js (b64dec "PP8A7aCAPg==") }}', ['{{ js .missing }}', {}], '{{ "a\'b" | js }}', '{{ js js }}'],
  urlquery: [
    '{{ urlquery }}',
    ...printed.map((value) => `{{ urlquery ${value} }}`),
    `{{ urlquery ${special} }}`,
    '{{ urlquery "a b" "&" 1 2 nil }}',
    '{{ urlquery (list "a" "b=c") }}',
    '{{ urlquery (b64dec "IP8A") }}',
    ['{{ urlquery .missing }}', {}],
    '{{ "a/b?c=d&e f+g" | urlquery }}',
  ],
});
