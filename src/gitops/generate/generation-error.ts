/**
 * Why an ApplicationSet renders nothing, or not all.
 * - `parameters`: a generator gives none
 * - `template`: a template does not fit its parameters
 * - `validation`: what was rendered is no Application, or has the name of another
 */
export type GenerationErrorKind = 'parameters' | 'template' | 'validation';

/** What is wrong with an ApplicationSet, beyond its schema, and the field to look at. */
export class GenerationError extends Error {
  readonly kind: GenerationErrorKind;
  /** A field of the ApplicationSet, e.g. `spec.generators[0].git.directories[1].path`. */
  readonly path: string;

  constructor(kind: GenerationErrorKind, path: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'GenerationError';
    this.kind = kind;
    this.path = path;
  }
}
