import type { SecretBytes } from '../../../../lib/secret-bytes.ts';

/** What Helm looks at in a document. */
export interface ManifestHead {
  readonly apiVersion: string;
  /** Empty where there is none. */
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
}

/** A document of a rendered template. */
export interface ChartManifest extends ManifestHead {
  /** Of its template, as in `# Source:`. */
  readonly path: string;
  /** Without what separated it. It may hold secrets, or nothing but comments. */
  readonly text: SecretBytes;
}
