import { compareVersions } from '../../template/semver/compare-versions.ts';
import { parseVersion, type Version } from '../../template/semver/version.ts';
import { FunctionError, LimitError } from '../../template/template-error.ts';
import { isInRange } from '../render/helm/values/compatible-range.ts';

/**
 * Whether a targetRevision may be a range of versions (Masterminds/semver, as Argo CD): `1.2.*`, `~1.2`, `>=1.0.0 <2`, also `1` and `v1.2`. Some
 * could be names as well: a branch or tag of that name comes first.
 */
export function isTagRange(revision: string): boolean {
  if (revision.length > 256 || !/^[\dA-Za-z.*~^<>=!|, +-]+$/.test(revision)) return false;
  return /^[\s<>=!~^|,]*v?(\d+|[xX*])/.test(revision) && (/[*~^<>=|, ]/.test(revision) || /^v?\d+(\.(\d+|[xX]))?(\.[xX])?$/.test(revision));
}

/** The tag with the newest version in a range. Of several spellings of one version it is always the same one. */
export function newestTag(tags: readonly string[], range: string): string | undefined {
  let newest: { readonly tag: string; readonly version: Version } | undefined;
  for (const tag of tags) {
    const version = versionOf(tag);
    if (version === undefined || !isInRange(range, tag)) continue;
    const order = newest === undefined ? 1 : compareVersions(version, newest.version);
    if (order > 0 || (order === 0 && tag < (newest?.tag ?? ''))) newest = { tag, version };
  }
  return newest?.tag;
}

function versionOf(tag: string): Version | undefined {
  // most tags that are no versions are told apart at no cost
  if (!/^v?\d/.test(tag)) return undefined;
  try {
    return parseVersion(tag);
  } catch (error) {
    if (error instanceof FunctionError || error instanceof LimitError) return undefined;
    throw error;
  }
}
