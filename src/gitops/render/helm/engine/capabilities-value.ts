import { fromText, toText } from '../../../../template/value/byte-string.ts';
import { bool, goFunction, text } from '../../../../template/value/go-function.ts';
import { sliceOf, stringType } from '../../../../template/value/go-type.ts';
import type { GoFunction, GoType, Value } from '../../../../template/value/value.ts';
import { Slice, Struct } from '../../../../template/value/value.ts';
import { type Capabilities, helmVersion, type KubeVersion, parseKubeVersion } from './capabilities.ts';
import type { CapabilityNotes } from './capability-notes.ts';

/** A type for each render: what it has is told without a look into the list. */
function versionSetType(versions: ReadonlySet<string>, notes: CapabilityNotes | undefined): GoType {
  const has = (version: string): boolean => {
    notes?.has(toText(version));
    return versions.has(version);
  };
  return { kind: 'slice', name: 'common.VersionSet', elem: stringType, underlying: sliceOf(stringType), methods: new Map([['Has', (): GoFunction => goFunction([text], bool, has)]]) };
}

/** What JSON is made of: its fields keep their order. */
const writtenInfo: GoType = { kind: 'struct', name: 'version.BuildInfo' };
const buildInfo: GoType = { kind: 'struct', name: 'version.BuildInfo', json: (info) => (info instanceof Struct ? buildInfoJson(info) : undefined) };
const capabilitiesType: GoType = { kind: 'ptr', name: '*common.Capabilities' };
const kubeVersionType: GoType = {
  kind: 'struct',
  name: 'common.KubeVersion',
  methods: new Map([
    ['String', (version: Value): GoFunction => goFunction([], text, () => fieldText(version, 'normalizedVersion'))],
    ['GitVersion', (version: Value): GoFunction => goFunction([], text, () => fieldText(version, 'Version'))],
  ]),
  printed: (version) => fieldText(version, 'normalizedVersion'),
};

/**
 * `.Capabilities`, with the types and methods that Helm gives it.
 * @param notes told what templates ask of it
 * @throws Error for what is no version of Kubernetes
 */
export function capabilitiesValue({ kubeVersion, apiVersions }: Capabilities, notes?: CapabilityNotes): Struct {
  const version = parseKubeVersion(kubeVersion);
  if (version === undefined) throw new Error(`invalid kube version '${kubeVersion}'`);
  const versions = apiVersions.map(fromText);
  const fields = new Map<string, Value>([
    ['KubeVersion', kubeVersionValue(version)],
    ['APIVersions', new Slice(versionSetType(new Set(versions), notes), notes === undefined ? versions : notes.list(versions))],
    ['HelmVersion', new Struct(buildInfo, new Map(Object.entries(helmVersion)))],
  ]);
  return new Struct(capabilitiesType, notes === undefined ? fields : notes.fields(fields, 'KubeVersion'));
}

function kubeVersionValue({ full, normalized, major, minor }: KubeVersion): Struct {
  const fields = new Map([
    ['Version', fromText(full)],
    ['Major', major],
    ['Minor', minor],
  ]);
  return new Struct(kubeVersionType, fields, new Map([['normalizedVersion', fromText(normalized)]]));
}

function fieldText(struct: Value, name: string): string {
  const value = struct instanceof Struct ? (struct.fields.get(name) ?? struct.hidden.get(name)) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Its fields have names of their own in JSON, and most are left out where they are empty. */
function buildInfoJson({ fields }: Struct): Value {
  const named = [...fields].map(([name, value]) => [jsonNames.get(name) ?? name, value] as const);
  return new Struct(writtenInfo, new Map(named.filter(([name, value]) => value !== '' || name === 'kube_client_version')));
}

const jsonNames: ReadonlyMap<string, string> = new Map([
  ['Version', 'version'],
  ['GitCommit', 'git_commit'],
  ['GitTreeState', 'git_tree_state'],
  ['GoVersion', 'go_version'],
  ['KubeClientVersion', 'kube_client_version'],
]);
