import type { SecretBytes } from '../lib/secret-bytes.ts';

/** One template and what it is rendered with. */
export interface RenderJob {
  /** The template's name in its errors; it must hold no secret. */
  readonly name: string;
  /** UTF-8, as a rule; any bytes will do. */
  readonly template: SecretBytes;
  /** The template comes from a Secret: errors give its position, but none of its text. */
  readonly isConfidential?: boolean;
  /** A `map[string]string`. The same map given to several jobs travels once. */
  readonly data: ReadonlyMap<string, SecretBytes>;
  /**
   * `grouped`: the data is a `map[string]map[string]string`, its keys made by `groupedKey`; what it does not hold is `<no value>`, as in
   * the templates of webhooks. `lenient`: the data is flat, and what it does not hold is `<no value>` too, as in SealedSecrets. Absent: `flat`,
   * where it is an error.
   */
  readonly shape?: DataShape;
  /** What is wanted of the rendered text: itself, or the keys and values that it says as YAML. */
  readonly output?: OutputKind;
}

export type DataShape = 'flat' | 'lenient' | 'grouped';

/** The key of grouped data under which a value stands. Without a key it is the group itself, so that it exists without one. */
export function groupedKey(group: string, key?: string): string {
  return key === undefined ? group : `${group}\0${key}`;
}

export type OutputKind = 'text' | 'stringMap';

export interface RenderRequest {
  /** Whose templates these are, e.g. a namespace. Tenants take turns: what one asks for never waits for another's. */
  readonly tenant: string;
  readonly jobs: readonly RenderJob[];
}

/** Why there is no output. Messages name templates, functions and keys, never values. */
export interface RenderProblem {
  /** `template`: it is wrong, does not fit its data, or renders no keys and values. `limit`: it took more time, memory or output than it may. */
  readonly kind: 'template' | 'limit';
  readonly message: string;
  /** The template cannot be parsed: whatever it is rendered with, there is no output. */
  readonly isMalformed?: true;
}

export type RenderResult =
  | { readonly ok: true; readonly kind: 'text'; readonly output: SecretBytes }
  | { readonly ok: true; readonly kind: 'stringMap'; readonly values: ReadonlyMap<string, SecretBytes> }
  | { readonly ok: false; readonly problem: RenderProblem };

/** Renders ExternalSecrets' templates: Go's text/template with `missingkey=error`, sprig and External Secrets' functions. */
export interface TemplateRenderer {
  /**
   * @returns a result for each job, of the kind it asks for, in their order
   * @throws the signal's reason; problems of templates are results
   */
  readonly render: (request: RenderRequest, signal: AbortSignal) => Promise<readonly RenderResult[]>;
}
