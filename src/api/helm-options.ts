import { z } from 'zod';
import { namespaceName } from './kube-text.ts';
import { unsupported } from './schema.ts';

/** How a source's chart is rendered, with Argo CD's meaning. Absent fields are as if nothing had been said. */
export interface HelmOptions {
  /** The Application's name where absent. */
  readonly releaseName?: string;
  /** YAML; `valuesObject` is used instead where both are given. */
  readonly values?: string;
  readonly valuesObject?: Readonly<Record<string, unknown>>;
  /** Relative to the source's path, `/…` to the repository's root, `$ref/…` to the root of another source; later ones win. */
  readonly valueFiles: readonly string[];
  readonly ignoreMissingValueFiles: boolean;
  /** As `--set`, or `--set-string` where `forceString`. */
  readonly parameters: readonly HelmParameter[];
  /** As `--set-file`: paths as those of `valueFiles`. */
  readonly fileParameters: readonly { readonly name: string; readonly path: string }[];
  readonly skipCrds: boolean;
  readonly skipTests: boolean;
  readonly skipSchemaValidation: boolean;
  /** What `.Release.Namespace` says; the destination's namespace where absent. */
  readonly namespace?: string;
  /** What `.Capabilities` says; the cluster's, or the default, where absent. */
  readonly kubeVersion?: string;
  readonly apiVersions: readonly string[];
}

export interface HelmParameter {
  readonly name: string;
  readonly value: string;
  readonly forceString: boolean;
}

/** What Helm takes for the name of a release. */
const releaseName = z.string().max(53).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'must be a name in lower case: letters, digits, - and .');

const path = z.string().min(1).max(4096);

/** Bounds of the lists: an Application is one object of at most 1.5 MB, and nobody writes as many. */
const most = 1000;

const parameter = z.strictObject({
  name: z.string().min(1).describe("A path in the values, as Helm's --set has it."),
  value: z.string().exactOptional().describe('Empty where absent.'),
  forceString: z.boolean().exactOptional().describe('Take the value for a string whatever it looks like.'),
});

/** `spec.source.helm`. */
export const helmOptions = z
  .strictObject({
    releaseName: releaseName.exactOptional().describe("Name of the release; the Application's where absent."),
    values: z.string().exactOptional().describe('Values, as YAML.'),
    valuesObject: z.record(z.string(), z.unknown()).exactOptional().describe('Values; used instead of `values` where both are given.'),
    valueFiles: z.array(path).max(most).exactOptional().describe("Files of values, relative to the source's path; `/…` is relative to the repository's root, `$ref/…` to that of another source."),
    ignoreMissingValueFiles: z.boolean().exactOptional().describe('Pass over files of values that are not there.'),
    parameters: z.array(parameter).max(most).exactOptional().describe("Values that win over all others, as Helm's --set."),
    fileParameters: z.array(z.strictObject({ name: z.string().min(1), path })).max(most).exactOptional().describe("Values that are the text of a file, as Helm's --set-file."),
    skipCrds: z.boolean().exactOptional().describe('Leave out what stands under crds/.'),
    skipTests: z.boolean().exactOptional().describe('Without effect: tests of a chart are never applied.'),
    skipSchemaValidation: z.boolean().exactOptional().describe('Do not hold the values against values.schema.json.'),
    namespace: namespaceName().exactOptional().describe("What .Release.Namespace says; the destination's namespace where absent."),
    kubeVersion: z.string().max(64).regex(/^v?\d+\.\d+(\.\d+)?([-+.][0-9A-Za-z.+-]*)?$/, 'must be a version like 1.34.0').exactOptional().describe('What .Capabilities.KubeVersion says.'),
    apiVersions: z.array(z.string().min(1).max(512)).max(most).exactOptional().describe('What .Capabilities.APIVersions has besides.'),
    version: z.literal('v3').exactOptional().describe('Without effect: charts are rendered as Helm 4 does, which reads those of Helm 3.'),
    passCredentials: unsupported(),
  })
  .transform((given): HelmOptions => {
    const { parameters = [], version: _version, passCredentials: _credentials, ...rest } = given;
    return {
      ...{ valueFiles: [], ignoreMissingValueFiles: false, fileParameters: [], skipCrds: false, skipTests: false, skipSchemaValidation: false, apiVersions: [] },
      ...rest,
      parameters: parameters.map(({ name, value = '', forceString = false }) => ({ name, value, forceString })),
    };
  });

/** A chart about which the source says nothing. */
export const plainHelmOptions: HelmOptions = helmOptions.parse({});
