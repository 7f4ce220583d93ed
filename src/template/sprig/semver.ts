import { satisfies } from '../semver/check-constraint.ts';
import { parseConstraints } from '../semver/constraint.ts';
import { versionPointer } from '../semver/version-value.ts';
import { parseVersion } from '../semver/version.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { bool, goFunction, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext } from '../value/value.ts';

/** Functions about semantic versions. */
export const semver: FunctionMap = new Map([
  ['semver', goFunction([text], versionPointer, parseVersion)],
  ['semverCompare', meteredFunction([text, text], bool, compare)],
]);

function compare({ meter }: CallContext, constraint: string, version: string): boolean {
  const alternatives = parseConstraints(constraint, meter);
  const parsed = parseVersion(version);
  // a constraint has two bytes at the least, and each may look at all of what follows the version's dash
  meter.step((constraint.length / 2) * (parsed.prerelease.length / 100));
  return satisfies(parsed, alternatives);
}
