import type { ClusterView } from '../cluster-view.ts';
import type { Chart, ChartFile, ChartValues } from './chart.ts';

/** One release to render: a chart, the values that are laid over its own, and what it is told about where it goes. */
export interface ReleaseRequest {
  /** Every file of the chart's folder, by its path in it; what `.helmignore` names is still among them. */
  readonly files: readonly ChartFile[];
  /** What they are as a chart. */
  readonly chart: Chart;
  readonly values: ChartValues;
  /** `.Release.Name` and `.Release.Namespace`. */
  readonly name: string;
  readonly namespace: string;
  /** Absent: the version that the engine takes where nobody names one. */
  readonly kubeVersion?: string;
  /** Besides those that every cluster has. */
  readonly apiVersions: readonly string[];
  readonly skipCrds: boolean;
  readonly skipSchemaValidation: boolean;
  /** There are values of Secrets among the values: no error may quote what was rendered. */
  readonly isConfidential: boolean;
  /** Whose chart it is; tenants take turns. */
  readonly tenant: string;
  /** The cluster; absent: nobody is asked. */
  readonly live?: ClusterView;
}

/** One document that a release consists of. */
export interface ReleaseDocument {
  /** The file it comes from, in the chart: `templates/a.yaml`, `charts/b/templates/c.yaml`, `crds/d.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** What is wrong with a chart or its values; `file` is in the chart. */
export interface ReleaseProblem {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

export type Release = { readonly ok: true; readonly documents: readonly ReleaseDocument[] } | { readonly ok: false; readonly problems: readonly ReleaseProblem[] };

/** Renders releases as `helm template --include-crds` does: by itself, or with the program. */
export interface ChartEngine {
  readonly name: 'builtin' | 'helm';
  readonly render: (request: ReleaseRequest, signal: AbortSignal) => Promise<Release>;
  /** Says that charts are about to come: what takes long to start may start now. Absent: nothing does. */
  readonly prepare?: () => void;
  /** Ends its threads; absent: it has none. */
  readonly close?: () => Promise<void>;
}
