import { corpus } from '../../../support/template/corpus.ts';

/** Texts and values that conversions to numbers treat in their own ways. */
const convertible = [
  'nil', 'true', 'false', '0', '-7', '1.9', '-1.9', '1e19', '-1e19', '9223372036854775807', '""', '"12"', '"+12"', '"-12"', '" 12"', '"12 "',
  '"010"', '"0x1F"', '"0X1f"', '"0b101"', '"0o17"', '"0o"', '"0x"', '"1_000"', '"1__0"', '"_1"', '"0_7"', '"1.5"', '"-1.5"', '".5"', '"-.5"', '"."',
  '"1."', '"010.5"', '"1.5.5"', '"1_0.5"', '"1e3"', '"1.5e3"', '"0x10.8"', '"0x1p4"', '"abc"', '"9223372036854775807"', '"9223372036854775808"',
  '"-9223372036854775808"', '"-9223372036854775809"', '"99999999999999999999.5"', '"NaN"', '"Inf"', '"-inf"', '"infinity"', '"1e400"', '"1e-400"',
  '"٣"', '(list 1)', '(dict)', '(semver "1.2.3")', '(semver "1.2.3").Minor', '(int64 5)', '(float64 "nan")', '(float64 "inf")', '(float64 "-inf")',
  '(duration "90")', '.x',
];

/** A function of each of these, and of some of them with another number. */
const conversions = (name: string): string[] => convertible.map((value) => `{{ ${name} ${value} }}`);

const pairs = [
  '1 2', '7 -2', '-7 2', '0.1 0.2', '"3" "4"', '1.5 "x"', 'nil 3', 'true 3', '9223372036854775807 1', '-9223372036854775808 -1', '1e300 1e300',
  '1e-200 1e-200', '"abc" 3', '3 3',
];
const withPairs = (name: string): string[] => pairs.map((pair) => `{{ ${name} ${pair} }}`);
const divisors = (name: string): string[] => ['7 0', '7 "x"', '7 nil', '0 7', '7 0.9'].map((pair) => `{{ ${name} ${pair} }}`);
const decimals = [
  '"12"', '"-12"', '"+12"', '"010"', '"0x10"', '"1_0"', '""', '"abc"', '"1.5"', '" 1"', '"99999999999999999999"', '"-99999999999999999999"',
  '"9223372036854775808"', '"-"', '12',
];
const octals = [
  '"777"', '"0777"', '"-7"', '"+7"', '"8"', '""', '"1_0"', '"0o17"', '777', '8', '10.0', '1.5', 'nil', 'true', '(list 7)', '"777777777777777777777"',
  '"7777777777777777777777777"', '"1e1"', '(int64 10)', '.x',
];

/** sprig's conversions to numbers, and arithmetic. */
export const cases = corpus({
  int: [...conversions('int'), '{{ int 1 | typeOf }}', ['{{ int .a }} {{ int .b }}', { a: 1.5, b: { $int64: '9007199254740993' } }]],
  int64: [...conversions('int64'), '{{ int64 1 | typeOf }}'],
  float64: [
    ...conversions('float64'), '{{ float64 1 | typeOf }}', '{{ float64 "1.7976931348623157e308" }}', '{{ float64 "4.9e-324" }}',
    '{{ float64 "2.4703282292062327e-324" }}', '{{ float64 9007199254740993 }}', '{{ float64 "0x_1p-2" }}', '{{ float64 "1_0.5e1_0" }}',
    '{{ float64 "-0" }}', '{{ float64 "1e" }}',
  ],
  atoi: decimals.map((value) => `{{ atoi ${value} }}`),
  toDecimal: octals.map((value) => `{{ toDecimal ${value} }}`),
  add: [
    ...withPairs('add'), '{{ add }}', '{{ add 1 }}', '{{ add 1 2 3 "4" 5.9 }}', '{{ add 1 | typeOf }}', '{{ 1 | add 2 }}', '{{ add (list) 1 }}',
  ],
  add1: [
    '{{ add1 1 }}', '{{ add1 "5" }}', '{{ add1 nil }}', '{{ add1 9223372036854775807 }}', '{{ add1 1.9 }}', '{{ add1 -1 | typeOf }}', '{{ add1 }}',
    '{{ add1 1 2 }}',
  ],
  sub: [...withPairs('sub'), '{{ sub 1 }}', '{{ sub 5 2 1 }}', '{{ 1 | sub 5 }}'],
  mul: [
    ...withPairs('mul'), '{{ mul 2 }}', '{{ mul 2 3 4 }}', '{{ mul }}', '{{ mul 4611686018427387904 2 }}', '{{ mul 4611686018427387904 4 }}',
    '{{ mul 3037000500 3037000500 3 }}', '{{ mul 0 "x" }}',
  ],
  div: [...withPairs('div'), ...divisors('div'), '{{ div 7 }}', '{{ div 7 2 | typeOf }}'],
  mod: [...withPairs('mod'), ...divisors('mod'), '{{ mod 7 3 | typeOf }}', '{{ mod -7 -3 }}'],
  max: [
    '{{ max 1 2 }}', '{{ max 1 2.9 "7" nil true }}', '{{ max "nan" 1 }}', '{{ max 5 }}', '{{ max }}', '{{ max -1 -2 }}', '{{ max 1 2 | typeOf }}',
    '{{ max 9223372036854775807 1e300 }}',
  ],
  biggest: ['{{ biggest 1 2 }}', '{{ biggest -5 "3" }}', '{{ biggest 1 }}', '{{ biggest }}', '{{ biggest 1 2 | typeOf }}'],
  min: ['{{ min 1 2 }}', '{{ min 1 -2.9 }}', '{{ min 5 }}', '{{ min "x" 1 }}', '{{ min }}', '{{ min 1 nil }}', '{{ min 3 2 1 | typeOf }}'],
  maxf: [
    '{{ maxf 1 2.5 }}', '{{ maxf "nan" 1 }}', '{{ maxf 1 "nan" }}', '{{ maxf "nan" "inf" }}', '{{ maxf "-inf" 1 }}', '{{ maxf 5 }}',
    '{{ maxf 0 (mulf -1e-200 1e-200) }}', '{{ maxf (mulf -1e-200 1e-200) }}', '{{ maxf }}', '{{ maxf "3.5" true }}', '{{ maxf 1 | typeOf }}',
  ],
  minf: [
    '{{ minf 1 2.5 }}', '{{ minf "nan" 1 }}', '{{ minf "nan" "-inf" }}', '{{ minf "-inf" "nan" }}', '{{ minf 0 (mulf -1e-200 1e-200) }}',
    '{{ minf 5 "x" }}', '{{ minf }}', '{{ minf 1e300 2 }}',
  ],
  ceil: [
    '{{ ceil 1.2 }}', '{{ ceil -1.2 }}', '{{ ceil -0.5 }}', '{{ ceil "1.5" }}', '{{ ceil nil }}', '{{ ceil "nan" }}', '{{ ceil "-inf" }}',
    '{{ ceil 5 | typeOf }}', '{{ ceil 1e300 }}', '{{ ceil 123456789.5 }}', '{{ ceil }}',
  ],
  floor: [
    '{{ floor 1.8 }}', '{{ floor -1.2 }}', '{{ floor -0.0 }}', '{{ floor "1.5" }}', '{{ floor "x" }}', '{{ floor true }}', '{{ floor "inf" }}',
    '{{ floor 5 }}', '{{ floor 12345678901.5 }}',
  ],
  round: [
    '{{ round 1.5 0 }}', '{{ round 2.5 0 }}', '{{ round -1.5 0 }}', '{{ round -1.4 0 }}', '{{ round 123.5555 3 }}', '{{ round 123.5555 3 0.6 }}',
    '{{ round 123.5555 3 .5 .9 }}', '{{ round 1.005 2 }}', '{{ round 2.675 2 }}', '{{ round 1234.5678 -2 }}', '{{ round 1250 -2 }}',
    '{{ round 1 400 }}', '{{ round 1 -400 }}', '{{ round 1 308 }}', '{{ round 1 309 }}', '{{ round 1 -308 }}', '{{ round 1 -323 }}',
    '{{ round 1 -324 }}', '{{ round 1 9223372036854775807 }}', '{{ round "inf" 1 }}', '{{ round "nan" 1 }}', '{{ round "1.25" 1 }}',
    '{{ round nil 1 }}', '{{ round 1.23456789012345 10 }}', '{{ round 1.5 0 0 }}', '{{ round 1.1 0 -1 }}', '{{ round 1.5 "0" }}',
    '{{ round 1.5 0.5 }}', '{{ round 1.5 }}', '{{ round 1.9999999999 20 }}', '{{ round 1.5 23 }}', '{{ round 0.5 25 }}', '{{ round 7 22 }}',
    '{{ round 7.3 29 }}', '{{ round 7e-20 31 }}', '{{ round 3.3 15 }}', '{{ round 0.000123456 7 }}',
  ],
  addf: [
    ...withPairs('addf'), '{{ addf }}', '{{ addf 1.5 }}', '{{ addf 0.1 0.2 0.3 0.4 }}', '{{ addf "nan" 1 }}', '{{ addf "inf" 1 }}',
    '{{ addf 1 "-inf" }}', '{{ addf 1e308 1e308 }}', '{{ addf 1e300 1e-300 }}', '{{ addf 9007199254740993 1 }}', '{{ addf 1 2 | typeOf }}',
    '{{ addf -0.1 0.1 }}', '{{ addf 1e16 1.1 }}', '{{ addf 4.9e-324 4.9e-324 }}', '{{ addf (list) 1 }}',
  ],
  add1f: ['{{ add1f 1.1 }}', '{{ add1f "0.1" }}', '{{ add1f nil }}', '{{ add1f "nan" }}', '{{ add1f -1 }}', '{{ add1f 1e300 }}', '{{ add1f }}'],
  subf: [
    ...withPairs('subf'), '{{ subf 0.3 0.1 }}', '{{ subf 10 1 2 3.5 }}', '{{ subf 5 }}', '{{ subf }}', '{{ subf 1 "inf" }}',
    '{{ subf 1e-300 1e300 }}',
  ],
  mulf: [
    ...withPairs('mulf'), '{{ mulf 0.1 0.2 }}', '{{ mulf 1e200 1e200 }}', '{{ mulf -1e200 1e200 }}', '{{ mulf -1e-200 1e-200 }}',
    '{{ mulf 1e-160 1e-160 }}', '{{ mulf 1.1 1.1 1.1 1.1 }}', '{{ mulf 5 }}', '{{ mulf -5 0 }}', '{{ mulf }}', '{{ mulf "nan" 1 }}',
    '{{ mulf 1e300 1e300 1e-300 1e-300 }}', '{{ mulf 3.3 3.3 | printf "%v %T" }}',
  ],
  divf: [
    ...withPairs('divf'), '{{ divf 10 3 }}', '{{ divf -10 3 }}', '{{ divf 10 -3 }}', '{{ divf 2 3 7 }}', '{{ divf 1 8 }}', '{{ divf 1 1e300 }}',
    '{{ divf 1 1e-300 }}', '{{ divf 5e-17 1 }}', '{{ divf 4.9e-17 1 }}', '{{ divf -5e-17 1 }}', '{{ divf 1 6 }}', '{{ divf 1 0 }}',
    '{{ divf 0 1 }}', '{{ divf 1 "x" }}', '{{ divf 5 }}', '{{ divf }}', '{{ divf 1e300 1e-300 }}', '{{ divf 1 "inf" }}', '{{ divf 0 0 }}',
    '{{ divf 22 7 3 2 }}', '{{ divf 1e-300 1e-300 }}',
  ],
});
