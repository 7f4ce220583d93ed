import { FunctionError } from '../template-error.ts';
import type { Codec } from '../value/go-function.ts';
import { any, bool, goFunction, int, meteredFunction, text } from '../value/go-function.ts';
import { intTypes, sliceOf, typeOf } from '../value/go-type.ts';
import type { GoFunction, GoType, Value } from '../value/value.ts';
import { Int, Slice, Struct } from '../value/value.ts';
import { compareVersions } from './compare-versions.ts';
import type { Version } from './version.ts';
import { checkMetadata, checkPrerelease, versionText } from './version.ts';

type Method = (receiver: Value) => GoFunction;

const typeOptions = {
  text: (receiver: Value) => versionText(read(receiver)),
  json: (receiver: Value) => versionText(read(receiver)),
};
/** The types know their methods, and some of those answer versions, so the methods are looked up late. */
const valueType: GoType = {
  kind: 'struct',
  name: 'semver.Version',
  ...typeOptions,
  get methods() {
    return valueMethods;
  },
};
const pointerType: GoType = {
  kind: 'ptr',
  name: '*semver.Version',
  elem: valueType,
  ...typeOptions,
  get methods() {
    return pointerMethods;
  },
};

/** A semver.Version: what the methods answer that change one. */
const changed: Pick<Codec<Version>, 'write'> = { write: (version) => write(valueType, version) };
/** A *semver.Version. */
export const versionPointer: Codec<Version> = { type: pointerType, read, write: (version) => write(pointerType, version) };
const optionalPointer: Pick<Codec<Version | undefined>, 'type' | 'read'> = {
  type: pointerType,
  read: (value) => (value === undefined ? undefined : read(value)),
};
const uint64: Pick<Codec<bigint>, 'write'> = { write: (value) => new Int(intTypes.uint64, value) };
/** `[]uint8`. */
const bytes: Pick<Codec<string>, 'write'> = {
  write: (value) => new Slice(sliceOf(intTypes.uint8), Array.from(value, (byte) => new Int(intTypes.uint8, BigInt(byte.charCodeAt(0))))),
};

function write(type: GoType, { major, minor, patch, prerelease, metadata, original }: Version): Struct {
  const numbers = { major, minor, patch };
  const hidden: [string, Value][] = Object.entries(numbers).map(([name, value]) => [name, new Int(intTypes.uint64, value)]);
  return new Struct(type, new Map(), new Map([...hidden, ['pre', prerelease], ['metadata', metadata], ['original', original]]));
}

function read(value: Value): Version {
  if (!(value instanceof Struct)) throw new TypeError(`the evaluator passed ${typeOf(value)?.name ?? 'nil'} for a version`);
  const number = (name: string): bigint => {
    const field = value.hidden.get(name);
    return field instanceof Int ? field.value : 0n;
  };
  const word = (name: string): string => {
    const field = value.hidden.get(name);
    return typeof field === 'string' ? field : '';
  };
  return {
    major: number('major'),
    minor: number('minor'),
    patch: number('patch'),
    prerelease: word('pre'),
    metadata: word('metadata'),
    original: word('original'),
  };
}

/** A version with some parts changed, written with a `v` where it was before. */
function change(version: Version, parts: Partial<Version>): Version {
  const next = { ...version, ...parts };
  return { ...next, original: `${version.original.startsWith('v') ? 'v' : ''}${versionText(next)}` };
}

const released = { prerelease: '', metadata: '' };
const after = (number: bigint): bigint => BigInt.asUintN(64, number + 1n);

function nextPatch(version: Version): Version {
  return change(version, { ...released, patch: version.prerelease === '' ? after(version.patch) : version.patch });
}

/** What a byte takes that is an integer among others. */
const byteBytes = 64;

function getter<R>(result: Pick<Codec<R>, 'write'>, get: (version: Version) => R): Method {
  return (receiver) => goFunction([], result, () => get(read(receiver)));
}

/** A method that answers the bytes of a text, each of them a value. */
function marshaller(write: (version: Version) => string): Method {
  return (receiver) =>
    meteredFunction([], bytes, ({ meter }) => {
      const written = write(read(receiver));
      meter.allocate(written.length * byteBytes);
      return written;
    });
}

/** @param check throws for what the part may not be; it may be empty */
function setter(part: 'prerelease' | 'metadata', check: (value: string) => void): Method {
  return (receiver) =>
    goFunction([text], changed, (value) => {
      if (value !== '') check(value);
      return change(read(receiver), { [part]: value });
    });
}

function comparison<R>(result: Pick<Codec<R>, 'write'>, answer: (order: number) => R): Method {
  return (receiver) =>
    goFunction([optionalPointer], result, (other) => {
      if (other === undefined) throw new FunctionError('runtime error: invalid memory address or nil pointer dereference');
      return answer(compareVersions(read(receiver), other));
    });
}

/** Methods that take a version by value. */
const valueMethods: ReadonlyMap<string, Method> = new Map([
  ['Major', getter(uint64, ({ major }) => major)],
  ['Minor', getter(uint64, ({ minor }) => minor)],
  ['Patch', getter(uint64, ({ patch }) => patch)],
  ['Prerelease', getter(text, ({ prerelease }) => prerelease)],
  ['Metadata', getter(text, ({ metadata }) => metadata)],
  ['String', getter(text, versionText)],
  ['Value', getter(any, versionText)],
  ['MarshalText', marshaller(versionText)],
  ['MarshalJSON', marshaller((version) => `"${versionText(version)}"`)],
  ['IncPatch', getter(changed, nextPatch)],
  ['IncMinor', getter(changed, (version) => change(version, { ...released, patch: 0n, minor: after(version.minor) }))],
  ['IncMajor', getter(changed, (version) => change(version, { ...released, patch: 0n, minor: 0n, major: after(version.major) }))],
  ['SetPrerelease', setter('prerelease', checkPrerelease)],
  ['SetMetadata', setter('metadata', checkMetadata)],
]);

/** Of a pointer, all of them; without Scan and UnmarshalText, which change what it points to. */
const pointerMethods: ReadonlyMap<string, Method> = new Map([
  ...valueMethods,
  ['Original', getter(text, ({ original }) => original)],
  ['Compare', comparison(int, (order) => order)],
  ['LessThan', comparison(bool, (order) => order < 0)],
  ['LessThanEqual', comparison(bool, (order) => order <= 0)],
  ['GreaterThan', comparison(bool, (order) => order > 0)],
  ['GreaterThanEqual', comparison(bool, (order) => order >= 0)],
  ['Equal', (receiver) => goFunction([optionalPointer], bool, (other) => other !== undefined && compareVersions(read(receiver), other) === 0)],
]);
