import { compareVersions } from '../../../../template/semver/compare-versions.ts';
import { parseVersion, type Version } from '../../../../template/semver/version.ts';
import { FunctionError } from '../../../../template/template-error.ts';
import { isInRange } from '../values/compatible-range.ts';

/** What `targetRevision` says of a chart: a version or a range of them, and the digest that it must have. */
export interface WantedVersion {
  /** Empty: any, as long as the digest is right. */
  readonly range: string;
  /** Hex digits of a SHA-256: of the archive in an HTTP repository, of the manifest in a registry. */
  readonly digest?: string;
}

/** Reads `1.2.3`, `~1.2`, `sha256:…` and `1.2.3@sha256:…`; undefined for a digest that is none. */
export function parseWantedVersion(text: string): WantedVersion | undefined {
  const cut = text.startsWith('sha256:') ? 0 : text.indexOf('@sha256:');
  if (cut < 0) return { range: text };
  const digest = text.slice(text.indexOf('sha256:', cut) + 'sha256:'.length);
  return /^[0-9a-f]{64}$/.test(digest) ? { range: text.slice(0, cut), digest } : undefined;
}

/** The version that is written just so, or else the newest in the range; as Helm chooses. */
export function chooseVersion(versions: readonly string[], range: string): string | undefined {
  if (versions.includes(range)) return range;
  const fitting = versions.flatMap((version) => {
    const parsed = isInRange(range, version) ? versionOf(version) : undefined;
    return parsed === undefined ? [] : [{ version, parsed }];
  });
  return fitting.toSorted((a, b) => compareVersions(b.parsed, a.parsed))[0]?.version;
}

/** Whether a version names itself: then nobody has to be asked which one is meant. */
export function isExact(range: string): boolean {
  return /^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]*)?$/.test(range);
}

function versionOf(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof FunctionError) return undefined;
    throw error;
  }
}
