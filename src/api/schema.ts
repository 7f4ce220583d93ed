import { z } from 'zod';

/** One thing wrong with an object, and where in it. The message never quotes the input. */
export interface FieldError {
  /** e.g. `spec.data[0].remoteRef.key`; empty for the object itself. */
  readonly path: string;
  readonly message: string;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Key of the marker that `unsupported()` leaves in a schema's metadata; the CRD generator reads it. */
export const unsupportedMark = 'x-prelude-unsupported';

/**
 * A field that upstream has and this version does not act on. The CRD knows it, so that the API server keeps it;
 * setting it is an error that names its path, because ignoring it would change what the manifest means.
 */
export function unsupported(error = 'is not supported by this version of Prelude; remove it'): z.ZodOptional<z.ZodUndefined> {
  return z
    .undefined({ error })
    .optional()
    .meta({ [unsupportedMark]: true });
}

/** Formats a path as Kubernetes does: `spec.data[0].remoteRef.key`, `metadata.annotations[a/b]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${String(step)}]`;
  }
  return text;
}

function fieldErrors(issue: z.core.$ZodIssue): readonly FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: 'unknown field' }));
  }
  return [{ path: formatPath(issue.path), message: plainMessage(issue) }];
}

/** The library's own messages in the words of the others; none holds the input, only its type. */
function plainMessage(issue: z.core.$ZodIssue): string {
  if (!issue.message.startsWith('Invalid ')) return issue.message;
  if (issue.message.endsWith('received undefined')) return 'is required';
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  return issue.message.replace(/^Invalid input: expected/, 'must be');
}

/** Parses unknown input once, at the door. All errors are reported, in the order of the schema. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): Parsed<T> {
  const result = schema.safeParse(input);
  return result.success ? { ok: true, value: result.data } : { ok: false, errors: result.error.issues.flatMap(fieldErrors) };
}

/** `path: message; path: message`, for a condition or a one-line error. */
export function formatErrors(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
