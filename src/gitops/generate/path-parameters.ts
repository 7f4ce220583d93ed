import { posix } from 'node:path';
import type { PlainFields } from '../../api/application-set-spec.ts';

/** How parameters are named: the path stands under a name of the generator's choice, and templates are of one of two kinds. */
export interface ParameterStyle {
  readonly goTemplate: boolean;
  /** Empty: the path goes by `path` itself. */
  readonly pathParamPrefix: string;
}

/** Longest name of an object. */
const longestName = 253;

/** A text as the name of an object: in lower case, with a hyphen for what no name may have. (Argo CD's SanitizeName.) */
export function normaliseName(text: string): string {
  // by code points: a letter of several bytes is one hyphen
  const replaced = text.toLowerCase().replaceAll(/[^-a-z0-9.]/gu, '-');
  return replaced.slice(0, longestName).replace(/^[-.]+/, '').replace(/[-.]+$/, '');
}

/**
 * What a folder gives: `path`, `path.basename`, `path.basenameNormalized`, and `path[0]`, …; for Go's templates a map, with `segments`. A
 * file gives those of its folder, with `path.filename` and `path.filenameNormalized`.
 */
export function pathParameters(folder: string, filename: string | undefined, { goTemplate, pathParamPrefix: prefix }: ParameterStyle): PlainFields {
  const names = {
    basename: posix.basename(folder),
    basenameNormalized: normaliseName(posix.basename(folder)),
    ...(filename === undefined ? {} : { filename, filenameNormalized: normaliseName(filename) }),
  };
  const segments = folder.split('/');
  if (goTemplate) {
    const path = { path: folder, segments, ...names };
    return prefix === '' ? { path } : { [prefix]: { path } };
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`;
  return {
    [name]: folder,
    ...Object.fromEntries(Object.entries(names).map(([field, value]) => [`${name}.${field}`, value])),
    ...Object.fromEntries(segments.flatMap((segment, index) => (segment === '' ? [] : [[`${name}[${index}]`, segment]]))),
  };
}
