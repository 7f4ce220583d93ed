import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import { toBytes, toText } from '../../../../template/value/byte-string.ts';
import type { Chart } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { chartCrds } from '../manifests/chart-crds.ts';
import { chartManifests } from '../manifests/chart-manifests.ts';
import { checkSchemas } from '../values/check-schemas.ts';
import { coalesceValues } from '../values/coalesce-values.ts';
import { processDependencies } from '../values/process-dependencies.ts';
import type { CapabilityQuestions } from './capabilities.ts';
import type { ChartTask } from './chart-job.ts';
import type { ParsedChart } from './parsed-chart.ts';
import type { PathDocument } from './release-documents.ts';
import type { ReleaseRefusal } from './render-request.ts';
import { problemOf, type RenderTools, renderTemplates, type TemplateOutputs } from './render-templates.ts';

export interface ReleaseTools extends RenderTools {
  /** A chart whose dependencies are those that take part, ready to be rendered. */
  readonly parsed: (chart: Chart) => ParsedChart;
}

export type ReleaseOutputs =
  /** In the order in which Helm prints them: CRDs, manifests, hooks. */
  | { readonly kind: 'documents'; readonly documents: readonly PathDocument[]; readonly asked: CapabilityQuestions | undefined }
  /** The chart, its values or what they come to is not what Helm takes. */
  | ReleaseRefusal
  | Exclude<TemplateOutputs, { readonly kind: 'texts' }>;

/** Renders a release, from the values that a person gives to the documents in Helm's order, in this thread. */
export function renderRelease(chart: Chart, task: Extract<ChartTask, { readonly kind: 'release' }>, tools: ReleaseTools): ReleaseOutputs {
  const { isConfidential } = task.input;
  try {
    return release(chart, task, tools);
  } catch (error) {
    if (error instanceof ChartError) return { kind: 'refused', message: error.message };
    return { kind: 'problem', problem: problemOf(error, isConfidential) };
  }
}

function release(loaded: Chart, { input, skipsCrds, skipsSchemas }: Extract<ChartTask, { readonly kind: 'release' }>, tools: ReleaseTools): ReleaseOutputs {
  const chart = processDependencies(loaded, input.values);
  const values = coalesceValues(chart, input.values);
  if (!skipsSchemas) checkSchemas(chart, values);
  const outputs = renderTemplates(tools.parsed(chart), { ...input, values }, tools);
  if (outputs.kind !== 'texts') return outputs;
  const templates = new Map(Array.from(outputs.texts, ([path, text]) => [toText(path), new SecretBytes(toBytes(text))]));
  const sorted = chartManifests(chart.metadata.name, templates);
  if (!sorted.ok) return { kind: 'refused', message: input.isConfidential ? sorted.message : sorted.detail, path: sorted.path };
  const crds = skipsCrds ? [] : chartCrds(chart).map(({ name: path, data }) => ({ path, text: asText(data) }));
  return { kind: 'documents', documents: [...crds, ...sorted.manifests.manifests, ...sorted.manifests.hooks].map(({ path, text }) => ({ path, text })), asked: outputs.asked };
}

/** What is not UTF-8 is replaced, as in all that is rendered. */
function asText(data: Uint8Array): SecretBytes {
  return SecretBytes.fromUtf8(Buffer.from(data).toString('utf8'));
}
