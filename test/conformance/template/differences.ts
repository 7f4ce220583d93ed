import type { OracleData, TemplateCase } from '../../support/template/corpus.ts';
import type { Answer } from '../../support/template/oracle.ts';

/** A template to which we answer other than Go does, on purpose. */
export interface Difference {
  readonly text: string;
  readonly data?: OracleData;
  /** Where Go runs, if that matters. */
  readonly zone?: string;
  readonly reason: string;
  /** Our answer: the output, or what our error holds. */
  readonly ours: { readonly output: string } | { readonly error: string };
}

const noComplexNumbers = 'no function of templates takes or gives complex numbers, so they are refused where they are written';
const depth = 'a stack of templates that deep is an attack; Go gives up at 100000';

const tooLarge = 'what is too large is refused by our limits before Go’s would';

/** All of them; the tests make sure that each is one. Functions that only one side has are below. */
export const differences: readonly Difference[] = [
  ...['1i', '0i', '-1i', '1.5i', '1+2i', '1-2i', '1+0i', '0+0i', '1e3i', '+1+2i', '1.5+2.5i'].map((literal) => ({
    text: `{{ ${literal} }}`,
    reason: noComplexNumbers,
    ours: { error: 'complex numbers are not supported' },
  })),
  { text: '{{ if 0i }}T{{ else }}F{{ end }}', reason: noComplexNumbers, ours: { error: 'complex numbers are not supported' } },
  { text: '{{ template "t" }}', reason: depth, ours: { error: 'deep' } },
  { text: '{{ repeat 9223372036854775807 "x" }}', reason: tooLarge, ours: { error: 'too many bytes' } },
  {
    text: '{{ slice (append (list 1 2 3) 4) 1 6 }}',
    reason: 'what Go has allocated beyond the end of a list is an accident, and not to be seen here',
    ours: { error: 'slice index out of bounds' },
  },
  { text: '{{ regexMatch (repeat 6 "[a-z]{1000}") "a" }}', reason: tooLarge, ours: { error: 'the regular expression is too large' } },
  { text: '{{ semver (print "1.2.3-" (repeat 1100 "a")) }}', reason: tooLarge, ours: { error: 'longer than 1024 bytes' } },
  { text: '{{ semverCompare (print "<1.2.3-" (repeat 1100 "a")) "1.2.3" }}', reason: tooLarge, ours: { error: 'longer than 1024 bytes' } },
  {
    text: '{{ regexMatch (print (repeat 1001 "(?:") "a" (repeat 1001 ")")) "a" }}',
    reason: 'Go bounds how deep a pattern nests by what is left of it after parsing, we by how it is written',
    ours: { output: 'false' },
  },
  {
    text: '{{ bcrypt "\\xff" | trunc 7 }}',
    reason: 'the package that hashes takes text, and a password of other bytes must not become another one',
    ours: { error: 'the password is not UTF-8 text' },
  },
  {
    text: '{{ htpasswd "user" "password" "sha" }}',
    reason: 'External Secrets has the third argument since a version that is newer than the one compared with',
    ours: { output: 'user:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=' },
  },
  {
    text: '{{ date "15:04 MST" 0 }}',
    zone: 'America/New_York',
    reason: 'a Secret must not depend on the zone of the machine that makes it, so the local zone is always UTC',
    ours: { output: '00:00 UTC' },
  },
];

/** A function that only one side has. */
export interface FunctionDifference {
  readonly name: string;
  readonly only: 'Go' | 'ours';
  readonly reason: string;
}

const newer = 'External Secrets has it since a version that is newer than the one compared with';

/** All of them; every other function is there on both sides. */
export const functionDifferences: readonly FunctionDifference[] = [
  { name: 'env', only: 'Go', reason: 'it reads the environment of the controller' },
  { name: 'expandenv', only: 'Go', reason: 'it reads the environment of the controller' },
  { name: 'getHostByName', only: 'Go', reason: 'it reaches the network' },
  { name: 'getSecretKey', only: 'Go', reason: 'it reads any Secret of the cluster (CVE-2026-22822)' },
  { name: 'certSANs', only: 'ours', reason: newer },
  { name: 'hexdec', only: 'ours', reason: newer },
];

/** The largest part of the templates nobody wrote that `isByDesign` may excuse. */
export const mostExcused = 0.05;

/** The row that a case is about, if there is one. */
export function differenceOf({ text, data }: TemplateCase): Difference | undefined {
  return differences.find((row) => row.text === text && JSON.stringify(row.data) === JSON.stringify(data));
}

/** What sets our answers to generated and broken templates apart from Go's, wherever it comes up. */
const designs: readonly RegExp[] = [/complex numbers are not supported/, /slice index out of bounds/];

/** Whether our answer to a template nobody wrote may differ: by the rows above, or by our limits, which Go does not have. */
export function isByDesign(ours: Answer): boolean {
  return 'error' in ours && (ours.stage === 'limit' || designs.some((design) => design.test(ours.error)));
}
