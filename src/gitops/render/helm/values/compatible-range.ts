import { satisfies } from '../../../../template/semver/check-constraint.ts';
import { parseConstraints } from '../../../../template/semver/constraint.ts';
import { parseVersion } from '../../../../template/semver/version.ts';
import { FunctionError, LimitError } from '../../../../template/template-error.ts';
import { createMeter, defaultLimits } from '../../../../template/worker/limits.ts';

/** Of Masterminds/semver: bytes of a range, and the alternatives in it. */
const longestRange = 512;
const mostAlternatives = 32;

/** Whether a version is in a range: of dependencies, and of `kubeVersion`. False for what is no version or no range. */
export function isInRange(range: string, version: string): boolean {
  if (Buffer.byteLength(range) > longestRange || range.split('||').length > mostAlternatives) return false;
  try {
    return satisfies(parseVersion(version), parseConstraints(range, createMeter(defaultLimits)));
  } catch (error) {
    if (error instanceof FunctionError || error instanceof LimitError) return false;
    throw error;
  }
}
