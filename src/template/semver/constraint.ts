import { FunctionError } from '../template-error.ts';
import type { Meter } from '../value/value.ts';
import { rewriteRanges } from './rewrite-ranges.ts';
import type { Version } from './version.ts';
import { parseVersion } from './version.ts';

const operators = ['', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^'] as const;
type Operator = (typeof operators)[number];

/** A demand on a version, such as `>=1.2.x`. */
export interface Constraint {
  readonly operator: Operator;
  /** What to compare with; open parts are zero. */
  readonly version: Version;
  /** Whether any part is open: left out, or a wildcard. */
  readonly isOpen: boolean;
  readonly isMinorOpen: boolean;
  readonly isPatchOpen: boolean;
}

/** The constraints of each alternative. All of one alternative must hold. */
export function parseConstraints(text: string, meter: Meter): readonly (readonly Constraint[])[] {
  meter.step(text.length / 10);
  meter.allocate(text.length * 16);
  return rewriteRanges(text, meter).split('||').map((alternative) => parseAlternative(alternative, meter));
}

/** About what a constraint takes. */
const constraintBytes = 500;

/** An operator with a version; then what separates it from the next. */
const form =
  /([=!<>~^]*)[\t\n\f\r ]*(v?([\dxX*|]+)(?:\.([\dxX*|]+))?(?:\.([\dxX*|]+))?(-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?)([\t\n\f\r ]*)(,?)[\t\n\f\r ]*/y;
const space = /[\t\n\f\r ]*/y;

function parseAlternative(text: string, meter: Meter): readonly Constraint[] {
  space.lastIndex = 0;
  form.lastIndex = space.exec(text)?.[0].length ?? 0;
  const found: { readonly operator: Operator; readonly parts: RegExpExecArray }[] = [];
  for (let isSeparated = true, isWanted = true; isWanted || form.lastIndex < text.length; ) {
    const parts: RegExpExecArray | null = isSeparated ? form.exec(text) : null;
    const operator = operators.find((candidate) => candidate === parts?.[1]);
    if (parts === null || operator === undefined) throw new FunctionError('improper constraint', `improper constraint: ${text}`);
    meter.allocate(constraintBytes);
    found.push({ operator, parts });
    isWanted = parts[8] === ',';
    isSeparated = isWanted || parts[7] !== '';
  }
  return found.map(({ operator, parts }) => toConstraint(operator, parts));
}

function toConstraint(operator: Operator, [, , written = '', major = '', minor, patch, prerelease = '']: RegExpExecArray): Constraint {
  if (isWildcard(major)) return constraint(operator, `0.0.0${prerelease}`, { isOpen: true });
  if (isWildcard(minor)) return constraint(operator, `${major}.0.0${prerelease}`, { isOpen: true, isMinorOpen: true });
  if (isWildcard(patch)) return constraint(operator, `${major}.${minor}.0${prerelease}`, { isOpen: true, isPatchOpen: true });
  return constraint(operator, written, {});
}

function isWildcard(part: string | undefined): boolean {
  return part === undefined || part === 'x' || part === 'X' || part === '*';
}

type Openness = Partial<Pick<Constraint, 'isOpen' | 'isMinorOpen' | 'isPatchOpen'>>;

function constraint(operator: Operator, version: string, open: Openness): Constraint {
  return { operator, version: parse(version), isOpen: false, isMinorOpen: false, isPatchOpen: false, ...open };
}

function parse(version: string): Version {
  try {
    return parseVersion(version);
  } catch (error) {
    throw error instanceof FunctionError ? new FunctionError('constraint parser error') : error;
  }
}
