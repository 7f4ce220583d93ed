/** One file of a chart. */
export interface ChartFile {
  /** Relative to the chart's root, with `/`: `templates/deployment.yaml`. */
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * What YAML and JSON can say; values of charts are nothing else. As Helm has them, numbers of files and of `--set-json` are float64, whole
 * ones too (`number`), and only those of `--set` are int64 (`bigint`): templates print and type them differently.
 */
export type ChartValue = null | boolean | number | bigint | string | readonly ChartValue[] | ChartValues;
export interface ChartValues {
  readonly [key: string]: ChartValue;
}

/** An entry of `dependencies` in Chart.yaml (or of requirements.yaml, for v1). */
export interface ChartDependency {
  readonly name: string;
  /** A semver range; empty for any. */
  readonly version: string;
  readonly repository: string;
  /** Paths of values, separated by commas; the first that is a boolean decides. */
  readonly condition: string;
  readonly tags: readonly string[];
  /** `import-values`: a name under `exports` of the child, or a pair of paths. */
  readonly importValues: readonly (string | { readonly child: string; readonly parent: string })[];
  /** Empty: none. */
  readonly alias: string;
}

/** Chart.yaml. */
export interface ChartMetadata {
  readonly apiVersion: 'v1' | 'v2';
  readonly name: string;
  readonly version: string;
  /** `library` charts render nothing of their own. Absent in the file: `application`. */
  readonly type: 'application' | 'library';
  readonly appVersion: string;
  readonly kubeVersion: string;
  readonly deprecated: boolean;
  readonly dependencies: readonly ChartDependency[];
  /** Whether there is a list of dependencies, if only an empty one. Without it, Helm does not look at those of the charts in charts/. */
  readonly declaresDependencies: boolean;
  /** All of Chart.yaml as `.Chart` shows it to templates, by Go's field names (`Name`, `AppVersion`, `Annotations`). */
  readonly shown: ChartValues;
}

/** Chart.lock: the versions that ranges came to when the dependencies were fetched. */
export interface ChartLock {
  /** Of Chart.yaml's dependencies and these, as Helm hashes them. */
  readonly digest: string;
  readonly dependencies: readonly Pick<ChartDependency, 'name' | 'version' | 'repository'>[];
}

/** A chart as it was read, before values decide which of its dependencies take part. Deeply readonly: it may be shared by many renders. */
export interface Chart {
  readonly metadata: ChartMetadata;
  readonly values: ChartValues;
  /** values.schema.json. */
  readonly schema?: Uint8Array;
  readonly lock?: ChartLock;
  /** Files under templates/, NOTES.txt and partials included, in the order in which they were read. */
  readonly templates: readonly ChartFile[];
  /** What `.Files` shows: everything but templates, charts, values.yaml and what .helmignore names. */
  readonly files: readonly ChartFile[];
  /** Files under crds/. */
  readonly crds: readonly ChartFile[];
  /** Of charts/, folders and archives alike. */
  readonly dependencies: readonly Chart[];
}
