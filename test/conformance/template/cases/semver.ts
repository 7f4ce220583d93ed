import { corpus } from '../../../support/template/corpus.ts';

const parsed = [
  '1', '1.2', '1.2.3', 'v1.2.3', 'V1.2.3', '1.2.3-alpha.1+build.5', '1.2.3+01', '1.2.3-01', '1.2.3-0a', '1.2.3-', '1.2.3+', '1.2.3--',
  '01.002.0003', '1.2.3.4', '1..2', '', ' 1.2.3', '1.2.3 ', '1.x', 'x', '1.2.3-a..b', '1.2.3-ä', '1-a', '1.2+b', '18446744073709551615.0.0',
  '18446744073709551616.0.0', '0.99999999999999999999.0', '0.0.0', '-1.2.3', '1.2.3-0', '1.2.3-a_b', 'vv1', '1.2.3\\n',
];
const ordered = [
  '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-2', '1.0.0-11', '1.0.0-99999999999999999999', '1.0.0-A', '1.0.0--', '1.0.0',
  '1.0.0+meta', '1.0.1', '1.1.0', '2.0.0-0', '18446744073709551615.0.0',
];
const operators = ['', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^'];
const constraints = [
  '*', '0', '0.0', '0.0.0', '0.0.3', '0.2', '0.2.3', '1', '1.x', '1.2', '1.2.X', '1.2.3', '1.*.3', 'x.2.3', '1.2.3-beta', '1.2-beta', '0.0.0-0',
  'v1.2.3+meta',
];
const versions = [
  '0.0.0', '0.0.3', '0.0.4', '0.2.3', '0.2.9', '0.3.0', '1.0.0', '1.2.2', '1.2.3', '1.2.3-alpha', '1.2.3-beta', '1.2.3-rc.1', '1.2.9', '1.3.0',
  '1.3.0-a', '2.0.0', '2.0.0-a', '0.0.0-1',
];
const texts = [
  '', ' ', '||', '1 ||', '|| 1', '1 || 2', '1||2', '>=1 <2', '>=1,<2', '>= 1 , < 2', '>=1  <1.5 || >3', '1 2', '1,,2', ',1', '1,', '1 ,2', '1, ',
  '>', '>>1', '>=', '= >1', '==1', '=!1', '~^1', '1 - 2', '1.2 - 1.4', '1-2', '1 -2', '1 - ', ' - 1', '1 - 2 - 3', '1 - 2 || 3 - 4', '1 - 2 1 - 2',
  '>1 - 2', '1  -  2', '1.2.3.4 - 5', 'v1 - v2', '1 - 2.x', '1.2.3-a - 1.2.3-c', '1.2 - 1.4 ~1.2', 'a', '1a', '1.2.3.4', '1|2', '1x', 'x1', 'xx',
  '1.2.3-01', '1.2.3+01', '1.2.3-a..b', '99999999999999999999', '\\t>=1.0\\n', '!1', '! =1', '!= 1.2', '>=1.2.3-0', '^1.2.x', '~x', '^x', '>x',
  '<x', '<=x', '!=x', '^0', '~0', '1.2.3 1.2.4', '>1 || <0.5', '≥1', '1 - 1.2 - 1.3, 2', '^1.2.3 || ~2.0 || 3.x', '1.2.3-beta || >2',
  '>=1.0.0-0 <2.0.0-0',
];

const parts = '{{ .Major }} {{ .Minor }} {{ .Patch }} {{ .Prerelease | quote }} {{ .Metadata | quote }} {{ .Original | quote }} {{ .String }}';
const getters = [
  'Major', 'Minor', 'Patch', 'Prerelease', 'Metadata', 'Original', 'String', 'Value', 'MarshalText', 'MarshalJSON', 'IncPatch', 'IncMinor', 'IncMajor',
];

/** sprig's functions about semantic versions, and the methods of a version. */
export const cases = corpus({
  semver: [
    ...parsed.map((text) => `{{ semver "${text}" }}`),
    ...parsed.slice(0, 12).map((text) => `{{ with semver "${text}" }}${parts}{{ end }}`),
    '{{ semver }}', '{{ semver 1 }}', '{{ semver nil }}', ['{{ semver .v }}', { v: '3.4.5' }], ['{{ semver .v }}', { v: 'not a version' }],
    '{{ semver "1.2.3" | typeOf }}', '{{ semver "1.2.3" | toJson }}', '{{ semver "1.2.3" | toString }}', '{{ semver "1.2.3" | quote }}',
    '{{ printf "%s %v %+v %q" (semver "1.2.3") (semver "1.2.3") (semver "1.2.3") (semver "1.2.3") }}',
    '{{ list (semver "1.2.3") (semver "1.2.3").IncMajor }}', '{{ (semver "1.2.3").Foo }}', '{{ (semver "1.2.3").major }}',
    '{{ if semver "0.0.0" }}yes{{ end }}',
  ],
  'semver methods': [
    ...getters.flatMap((name) => [
      `{{ (semver "v1.2.3-a+b").${name} }}`,
      `{{ typeOf (semver "1.2.3").${name} }}`,
      `{{ (semver "1.2.3").${name} 1 }}`,
    ]),
    ...ordered.flatMap((one) => ordered.map((other) => `{{ (semver "${one}").Compare (semver "${other}") }}`)),
    ...['LessThan', 'LessThanEqual', 'GreaterThan', 'GreaterThanEqual', 'Equal'].flatMap((name) =>
      ['(semver "1.2.3+x")', '(semver "1.2.4")', '(semver "1.2.3-a")', 'nil', '"1.2.3"', '', '(semver "1.2.3").IncMajor'].map(
        (other) => `{{ (semver "1.2.3").${name} ${other} }}`,
      ),
    ),
    '{{ (semver "1.2.3").Compare nil }}', '{{ (semver "1.2.3").Compare (semver "1.2.3") | typeOf }}',
    '{{ (semver "1.2.3-a").IncPatch }} {{ (semver "1.2.3+b").IncPatch }}', '{{ (semver "18446744073709551615.1.1").IncMajor }}',
    '{{ (semver "1.18446744073709551615.1").IncMinor }}', '{{ (semver "1.2.3").IncMajor.IncMinor.IncPatch }}',
    '{{ (semver "1.2.3").IncMajor.Original }}', '{{ (semver "1.2.3").IncMajor.Compare (semver "1.2.3") }}',
    '{{ $v := (semver "1.2.3").IncMajor }}{{ $v.Major }}{{ $v.String }}', '{{ (semver "1.2.3").SetPrerelease "rc.1" }}',
    '{{ (semver "1.2.3-a+b").SetPrerelease "" }}', '{{ (semver "1.2.3").SetPrerelease "01" }}', '{{ (semver "1.2.3").SetPrerelease "a..b" }}',
    '{{ (semver "1.2.3").SetPrerelease "a_b" }}', '{{ (semver "1.2.3").SetMetadata "01.x" }}', '{{ (semver "1.2.3+b").SetMetadata "" }}',
    '{{ (semver "1.2.3").SetMetadata "a b" }}', '{{ (semver "1.2.3").SetMetadata "." }}', '{{ (semver "1.2.3").SetMetadata }}',
    '{{ (semver "1.2.3").Major | add 1 }}', '{{ gt (semver "1.2.3").Minor 1 }}', '{{ (semver "1.2.3").Major.x }}',
  ],
  semverCompare: [
    ...operators.flatMap((operator) =>
      constraints.map((constraint) => versions.map((version) => `{{ semverCompare "${operator}${constraint}" "${version}" }}`).join(' ')),
    ),
    ...texts.flatMap((text) => ['1.2.3', '1.2.3-b', '2.0.0', '3.1.0', '0.1.0'].map((version) => `{{ semverCompare "${text}" "${version}" }}`)),
    '{{ semverCompare "~1.2.3" "x" }}', '{{ semverCompare "~1.2.3" "" }}', '{{ semverCompare "x y" "x" }}', '{{ semverCompare "1" "1.2.3-01" }}',
    '{{ semverCompare "1" }}', '{{ semverCompare 1 "1" }}', ['{{ semverCompare .c .v }}', { c: '>=1.2', v: '1.3.0' }],
    ['{{ semverCompare .c .v }}', { c: 'secret', v: '1.3.0' }], '{{ "1.2.3" | semverCompare "^1" }}', '{{ semverCompare "> 1" "v1.9" }}',
    ['{{ semverCompare .c "1.2.3" }}', { c: '\u00a01.2.3' }], ['{{ semverCompare .c "1.2.3" }}', { c: '\v1.2.3' }],
  ],
});
