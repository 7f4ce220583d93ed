import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { Chart, ChartValues } from '../chart.ts';
import type { Capabilities } from './capabilities.ts';

/** What templates see as `.Release`. */
export interface ReleaseInfo {
  readonly name: string;
  readonly namespace: string;
  /** `.Release.IsUpgrade` instead of `.Release.IsInstall`. Absent: false, as in `helm template`. */
  readonly isUpgrade?: boolean;
  /** Absent: 1. */
  readonly revision?: number;
}

/** An object, or with an empty name a list of objects, that a template asks the cluster for. An empty namespace means all of them. */
export interface LookupQuery {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Answers an object or a list as the API server gives it; an empty map for what is not there. It may throw: then there is no render. */
export type Lookup = (query: LookupQuery, signal: AbortSignal) => Promise<ChartValues>;

export interface ChartRenderRequest {
  /** Whose chart this is, e.g. an Application. Requests of one tenant are rendered one after the other; tenants take turns. */
  readonly tenant: string;
  /** Its dependencies are those that take part. */
  readonly chart: Chart;
  /** Coalesced: the values of all charts, those of subcharts under their names. */
  readonly values: ChartValues;
  readonly release: ReleaseInfo;
  /** Absent: those of `helm template`. */
  readonly capabilities?: Capabilities;
  /** Absent: nothing is there, as in `helm template`. */
  readonly lookup?: Lookup;
  /** The values hold secrets: errors give positions, but no text. */
  readonly isConfidential?: boolean;
}

/** Rendered texts by the path of their template, which begins with the chart's name: `web/templates/service.yaml`, `web/charts/db/templates/NOTES.txt`. */
export type RenderedTemplates = ReadonlyMap<string, SecretBytes>;

export interface ChartRenderProblem {
  /** `template`: the chart is wrong, does not fit its values, or fails on purpose. `limit`: it took more time, memory or output than it may. */
  readonly kind: 'template' | 'limit';
  /** In Helm's words, with file and line. */
  readonly message: string;
}

export type ChartRenderResult = { readonly ok: true; readonly templates: RenderedTemplates } | { readonly ok: false; readonly problem: ChartRenderProblem };

/** Renders charts as `helm template` does. */
export interface ChartRenderer {
  /** @throws the signal's reason, and what a lookup throws; problems of charts are results */
  readonly renderChart: (request: ChartRenderRequest, signal: AbortSignal) => Promise<ChartRenderResult>;
  /** Ends its threads. */
  readonly close: () => Promise<void>;
}
