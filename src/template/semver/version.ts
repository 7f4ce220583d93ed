import { parseUnsigned } from '../format/parse-number.ts';
import { FunctionError, LimitError } from '../template-error.ts';

/** A semantic version, as Masterminds/semver reads it. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** As it was written. */
  readonly original: string;
}

/** Go's newest reader takes 256 bytes, the one before any number. */
const mostBytes = 1024;

/** Minor and patch may be missing, numbers may begin with zeros. */
const form = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?$/;

/** @throws FunctionError for what is no version, LimitError */
export function parseVersion(original: string): Version {
  checkLength(original);
  const found = form.exec(original);
  if (found === null) throw new FunctionError('invalid semantic version');
  const [, major = '', minor = '0', patch = '0', prerelease = '', metadata = ''] = found;
  const version = { major: segment(major), minor: segment(minor), patch: segment(patch), prerelease, metadata, original };
  if (prerelease !== '') checkPrerelease(prerelease);
  return version;
}

function segment(digits: string): bigint {
  const { value, problem } = parseUnsigned(digits, 10);
  if (problem === undefined) return value;
  throw new FunctionError(`error parsing version segment: ${problem.reason}`, `error parsing version segment: ${problem.detail()}`);
}

/** @throws FunctionError for what may not follow a version's dash */
export function checkPrerelease(prerelease: string): void {
  checkIdentifiers(prerelease, 'invalid prerelease string');
  if (prerelease.split('.').some((part) => /^0\d+$/.test(part))) throw new FunctionError('version segment starts with 0');
}

/** @throws FunctionError for what may not follow a version's plus sign */
export function checkMetadata(metadata: string): void {
  checkIdentifiers(metadata, 'invalid metadata string');
}

function checkIdentifiers(text: string, refusal: string): void {
  checkLength(text);
  if (!text.split('.').every((part) => /^[\dA-Za-z-]+$/.test(part))) throw new FunctionError(refusal);
}

/** What is this short can be split and compared at no cost that counts. */
function checkLength(text: string): void {
  if (text.length > mostBytes) throw new LimitError(`a version is longer than ${mostBytes} bytes`);
}

export function versionText({ major, minor, patch, prerelease, metadata }: Version): string {
  return `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`;
}
