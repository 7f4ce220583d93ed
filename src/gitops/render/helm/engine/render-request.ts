import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { Chart, ChartValues } from '../chart.ts';
import type { Capabilities, CapabilityQuestions } from './capabilities.ts';
import type { PathDocument } from './release-documents.ts';

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

/** Under what the answer to a query is kept. */
export function lookupKey({ apiVersion, kind, namespace, name }: LookupQuery): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** What is there: an object or a list as the API server gives it, an empty map for nothing. */
export interface LookupAnswer {
  readonly found: ChartValues;
  /** It holds data of Secrets: from then on errors may quote nothing. */
  readonly isSecret: boolean;
}

/** Answers what charts look up. It may throw: then there is no render. */
export type Lookup = (query: LookupQuery, signal: AbortSignal) => Promise<LookupAnswer>;

export interface ChartRenderRequest {
  /** Whose chart this is, e.g. an Application. Requests of one tenant are rendered one after the other; tenants take turns. */
  readonly tenant: string;
  /** Its dependencies are those that take part. A chart that stays the same object is packed once. */
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

/** What is wrong with a release before its templates are executed, or with what they come to. */
export interface ReleaseRefusal {
  readonly kind: 'refused';
  /** It quotes no value of a release that is confidential. */
  readonly message: string;
  /** Of the template whose text is not what Helm takes, with the chart's name before it. */
  readonly path?: string;
}

/** A release to render, all of it: its values are those that are laid over the chart's, and its dependencies are yet to be decided on. */
export interface ReleaseRenderRequest extends ChartRenderRequest {
  readonly skipsCrds: boolean;
  readonly skipsSchemas: boolean;
}

export type ReleaseRenderResult =
  | {
      readonly ok: true;
      /** In the order in which Helm prints them: CRDs, manifests, hooks. */
      readonly documents: readonly PathDocument[];
      /** What was asked of the capabilities; known where there is a lookup. */
      readonly asked?: CapabilityQuestions;
    }
  | { readonly ok: false; readonly problem: ChartRenderProblem | ReleaseRefusal };

export type ChartRenderResult =
  | {
      readonly ok: true;
      readonly templates: RenderedTemplates;
      /** What was asked of the capabilities; known where there is a lookup. */
      readonly asked?: CapabilityQuestions;
    }
  | { readonly ok: false; readonly problem: ChartRenderProblem };

/** Renders charts as `helm template` does. */
export interface ChartRenderer {
  /** @throws the signal's reason, and what a lookup throws; problems of charts are results */
  readonly renderChart: (request: ChartRenderRequest, signal: AbortSignal) => Promise<ChartRenderResult>;
  /** As `renderChart`, with all that Helm does before and after: none of it keeps the thread that asks. */
  readonly renderRelease: (request: ReleaseRenderRequest, signal: AbortSignal) => Promise<ReleaseRenderResult>;
  /** Starts a thread ahead of the first request. */
  readonly prepare: () => void;
  /** Ends its threads. */
  readonly close: () => Promise<void>;
}
