import type { OracleData, TemplateCase } from '../../support/template/corpus.ts';
import type { Answer } from '../../support/template/oracle.ts';

/** A template to which we answer other than Go does, on purpose. */
export interface Difference {
  readonly text: string;
  readonly data?: OracleData;
  readonly reason: string;
  /** Our answer: the output, or what our error holds. */
  readonly ours: { readonly output: string } | { readonly error: string };
}

const noComplexNumbers = 'no function of templates takes or gives complex numbers, so they are refused where they are written';
const depth = 'a stack of templates that deep is an attack; Go gives up at 100000';

/** All of them; the tests make sure that each is one. */
export const differences: readonly Difference[] = [
  ...['1i', '0i', '-1i', '1.5i', '1+2i', '1-2i', '1+0i', '0+0i', '1e3i', '+1+2i', '1.5+2.5i'].map((literal) => ({
    text: `{{ ${literal} }}`,
    reason: noComplexNumbers,
    ours: { error: 'complex numbers are not supported' },
  })),
  { text: '{{ if 0i }}T{{ else }}F{{ end }}', reason: noComplexNumbers, ours: { error: 'complex numbers are not supported' } },
  { text: '{{ template "t" }}', reason: depth, ours: { error: 'deep' } },
  { text: '{{ repeat 9223372036854775807 "x" }}', reason: 'what is too large is refused by our limits before Go’s would', ours: { error: 'too many bytes' } },
  {
    text: '{{ slice (append (list 1 2 3) 4) 1 6 }}',
    reason: 'what Go has allocated beyond the end of a list is an accident, and not to be seen here',
    ours: { error: 'slice index out of bounds' },
  },
];

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
