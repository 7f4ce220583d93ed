import { comparePrereleases, compareVersions } from './compare-versions.ts';
import type { Constraint } from './constraint.ts';
import type { Version } from './version.ts';

type Check = (version: Version, constraint: Constraint) => boolean;

/** Whether a version satisfies one of the alternatives. A prerelease does so only where the alternative names one itself. */
export function satisfies(version: Version, alternatives: readonly (readonly Constraint[])[]): boolean {
  return alternatives.some((constraints) => {
    const includesPrereleases = constraints.some((constraint) => constraint.version.prerelease !== '');
    if (version.prerelease !== '' && !includesPrereleases) return false;
    return constraints.every((constraint) => checks[constraint.operator](version, constraint));
  });
}

const checks: Readonly<Record<Constraint['operator'], Check>> = {
  '': isEqual,
  '=': isEqual,
  '!=': isDifferent,
  '>': isGreater,
  '<': (version, constraint) => compareVersions(version, constraint.version) < 0,
  '>=': isAtLeast,
  '=>': isAtLeast,
  '<=': isAtMost,
  '=<': isAtMost,
  '~': isInTilde,
  '~>': isInTilde,
  '^': isInCaret,
};

function isAtLeast(version: Version, constraint: Constraint): boolean {
  return compareVersions(version, constraint.version) >= 0;
}

function isEqual(version: Version, constraint: Constraint): boolean {
  return constraint.isOpen ? isInTilde(version, constraint) : compareVersions(version, constraint.version) === 0;
}

function isDifferent(version: Version, { version: other, isOpen, isMinorOpen, isPatchOpen }: Constraint): boolean {
  if (!isOpen) return compareVersions(version, other) !== 0;
  if (version.major !== other.major) return true;
  if (isMinorOpen) return false;
  if (version.minor !== other.minor) return true;
  return isPatchOpen ? comparePrereleases(version.prerelease, other.prerelease) !== 0 : compareVersions(version, other) !== 0;
}

/** An open part stands for all that it can be: 11.1.0 is not greater than 11. */
function isGreater(version: Version, { version: other, isOpen, isMinorOpen, isPatchOpen }: Constraint): boolean {
  if (!isOpen) return compareVersions(version, other) > 0;
  if (version.major !== other.major) return version.major > other.major;
  if (isMinorOpen) return false;
  return isPatchOpen ? version.minor > other.minor : compareVersions(version, other) > 0;
}

function isAtMost(version: Version, { version: other, isOpen, isMinorOpen }: Constraint): boolean {
  if (!isOpen) return compareVersions(version, other) <= 0;
  if (version.major !== other.major) return version.major < other.major;
  return isMinorOpen || version.minor <= other.minor;
}

/** Changes of the last part that is given, but not of those before it; 0.0.0 and a wildcard alone let all pass. */
function isInTilde(version: Version, constraint: Constraint): boolean {
  const { version: other, isMinorOpen, isPatchOpen } = constraint;
  if (!isAtLeast(version, constraint)) return false;
  if (other.major === 0n && other.minor === 0n && other.patch === 0n && !isMinorOpen && !isPatchOpen) return true;
  return version.major === other.major && (isMinorOpen || version.minor === other.minor);
}

/** Changes of all parts after the first that is not zero. */
function isInCaret(version: Version, constraint: Constraint): boolean {
  const { version: other, isMinorOpen, isPatchOpen } = constraint;
  if (!isAtLeast(version, constraint)) return false;
  if (version.major !== other.major) return false;
  if (other.major > 0n || isMinorOpen) return true;
  if (version.minor !== other.minor) return false;
  return other.minor > 0n || isPatchOpen || version.patch === other.patch;
}
