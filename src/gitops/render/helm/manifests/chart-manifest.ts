import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { ManifestHead } from './manifest-head.ts';

/** A document of a rendered template. */
export interface ChartManifest extends ManifestHead {
  /** Of its template, as in `# Source:`. */
  readonly path: string;
  /** Without what separated it. It may hold secrets, or nothing but comments. */
  readonly text: SecretBytes;
}
