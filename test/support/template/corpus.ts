/**
 * Data of a template as the oracle reads it: plain JSON, and objects of one key for what JSON cannot say: `{$int: "5"}`, `{$int64: "5"}`,
 * `{$bytes: base64}` (a string of any bytes), `{$strings: {…}}` (a map[string]string), `{$list: […]}` (a []string).
 */
export type OracleData = null | boolean | number | string | readonly OracleData[] | { readonly [key: string]: OracleData };

export interface TemplateCase {
  /** The function or feature that it is about: results are counted by it. */
  readonly about: string;
  readonly text: string;
  /** Each character of the text is a byte, where a template is not to be UTF-8. */
  readonly encoding?: 'latin1';
  readonly data?: OracleData;
  readonly missingKey?: 'default' | 'invalid' | 'zero' | 'error';
  /** Delimiters other than `{{` and `}}`. */
  readonly delimiters?: readonly [string, string];
}

type Row = string | readonly [text: string, data: OracleData] | Omit<TemplateCase, 'about'>;

/** Cases by what they are about: a template, a template and its data, or a case with options. */
export function corpus(rows: Readonly<Record<string, readonly Row[]>>): readonly TemplateCase[] {
  return Object.entries(rows).flatMap(([about, cases]) =>
    cases.map((row): TemplateCase => {
      if (typeof row === 'string') return { about, text: row };
      return 'text' in row ? { about, ...row } : { about, text: row[0], data: row[1] };
    }),
  );
}
