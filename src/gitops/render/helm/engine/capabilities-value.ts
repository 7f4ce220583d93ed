import { fromText } from '../../../../template/value/byte-string.ts';
import { bool, goFunction, text } from '../../../../template/value/go-function.ts';
import { sliceOf, stringType } from '../../../../template/value/go-type.ts';
import type { GoFunction, GoType, Value } from '../../../../template/value/value.ts';
import { Slice, Struct } from '../../../../template/value/value.ts';
import { type Capabilities, helmVersion, type KubeVersion, parseKubeVersion } from './capabilities.ts';

const versionSet: GoType = {
  kind: 'slice',
  name: 'common.VersionSet',
  elem: stringType,
  underlying: sliceOf(stringType),
  methods: new Map([['Has', (set: Value): GoFunction => goFunction([text], bool, (version) => set instanceof Slice && set.items.includes(version))]]),
};

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

/** `.Capabilities`, with the types and methods that Helm gives it. @throws Error for what is no version of Kubernetes */
export function capabilitiesValue({ kubeVersion, apiVersions }: Capabilities): Struct {
  const version = parseKubeVersion(kubeVersion);
  if (version === undefined) throw new Error(`invalid kube version '${kubeVersion}'`);
  return new Struct(
    capabilitiesType,
    new Map<string, Value>([
      ['KubeVersion', kubeVersionValue(version)],
      ['APIVersions', new Slice(versionSet, apiVersions.map(fromText))],
      ['HelmVersion', new Struct(buildInfo, new Map(Object.entries(helmVersion)))],
    ]),
  );
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
