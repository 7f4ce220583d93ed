import { LimitError, TemplateError } from '../../../../template/template-error.ts';
import { toText } from '../../../../template/value/byte-string.ts';
import { dict, stringMap } from '../../../../template/value/go-type.ts';
import type { CallContext, GoMap, Meter } from '../../../../template/value/value.ts';
import type { ChartValues } from '../chart.ts';
import type { Capabilities, CapabilityQuestions } from './capabilities.ts';
import { capabilitiesValue } from './capabilities-value.ts';
import { CapabilityNotes } from './capability-notes.ts';
import { isPartial } from './chart-templates.ts';
import { toMap } from './chart-value.ts';
import { confidentialMessage, executionMessage, parseMessage } from './error-message.ts';
import { helmFunctions } from './helm-functions.ts';
import { executeTemplate, functionsFor, type RenderState, withoutNoValue } from './render-functions.ts';
import { lookupKey, type ChartRenderProblem, type LookupQuery, type ReleaseInfo } from './render-request.ts';
import { scopesOf } from './render-scopes.ts';
import type { ParsedChart, ParseText } from './parsed-chart.ts';
import { asValues } from './values-type.ts';

/** What one render of a chart is given beside the chart. */
export interface RenderInput {
  readonly values: ChartValues;
  readonly release: ReleaseInfo;
  readonly capabilities: Capabilities;
  readonly isConfidential: boolean;
  /** What the cluster has answered, by `lookupKey`; absent: nothing is there, and nobody is asked. */
  readonly known?: ReadonlyMap<string, ChartValues>;
}

export interface RenderTools {
  /** For each template by itself. */
  readonly createMeter: () => Meter;
  /** Nanoseconds since the epoch. */
  readonly now: () => bigint;
  readonly random: CallContext['random'];
  readonly parse: ParseText;
  /** Of all templates together, in bytes. */
  readonly mostOutput: number;
}

export type TemplateOutputs =
  /** Rendered texts by the paths of their templates; both are byte strings. */
  | {
      readonly kind: 'texts';
      readonly texts: ReadonlyMap<string, string>;
      /** Where the cluster may be asked. */
      readonly asked?: CapabilityQuestions;
    }
  /** What the cluster has to answer first. */
  | { readonly kind: 'lookups'; readonly queries: readonly LookupQuery[] }
  | { readonly kind: 'problem'; readonly problem: ChartRenderProblem };

/**
 * Renders all templates of a chart, in Helm's order, in this thread. What templates look up and nobody knows yet is taken for absent at
 * first, so that one answer names as many queries as can be foreseen; such a render is only good for its queries.
 */
export function renderTemplates(chart: ParsedChart, input: RenderInput, tools: RenderTools): TemplateOutputs {
  const queries = new Map<string, LookupQuery>();
  const notes = input.known === undefined ? undefined : new CapabilityNotes();
  const outcome = attempt(input, () => renderAll(chart, input, tools, { queries, notes }));
  if (queries.size > 0) return { kind: 'lookups', queries: [...queries.values()] };
  return outcome.kind === 'texts' && notes !== undefined ? { ...outcome, asked: notes.questions() } : outcome;
}

/** What a render asks of the cluster, as it goes. */
interface Asked {
  readonly queries: Map<string, LookupQuery>;
  readonly notes: CapabilityNotes | undefined;
}

function attempt({ isConfidential }: RenderInput, render: () => ReadonlyMap<string, string>): TemplateOutputs {
  try {
    return { kind: 'texts', texts: render() };
  } catch (error) {
    return { kind: 'problem', problem: problemOf(error, isConfidential) };
  }
}

function renderAll(chart: ParsedChart, input: RenderInput, tools: RenderTools, { queries, notes }: Asked): ReadonlyMap<string, string> {
  const namespace = chart.namespace(tools);
  const { tree } = chart;
  const functions = functionsFor(namespace, stateOf(input, tools, queries));
  const scopes = scopesOf(tree.root, { values: toMap(input.values), release: input.release, capabilities: capabilitiesValue(input.capabilities, notes) });
  const texts = new Map<string, string>();
  let left = tools.mostOutput;
  for (const { path, basePath, owner } of tree.templates) {
    if (isPartial(path)) continue;
    const scope = scopes.get(owner) ?? dict();
    scope.entries.set('Template', asValues(dict(stringMap([['Name', path], ['BasePath', basePath]]).entries)));
    const context: CallContext = { meter: tools.createMeter(), now: tools.now, random: tools.random };
    const text = withoutNoValue(executeTemplate(namespace.template(path), functions, asValues(scope), context));
    left -= text.length;
    if (left < 0) throw new LimitError(`${toText(path)}: the output is too large, with that of the templates before it`);
    texts.set(path, text);
  }
  return texts;
}

function stateOf({ isConfidential, known }: RenderInput, tools: RenderTools, queries: Map<string, LookupQuery>): RenderState {
  return {
    functions: helmFunctions,
    included: new Map(),
    parse: (text) => tools.parse({ name: 'gotpl', text, isConfidential }),
    lookup: (apiVersion, kind, namespace, name): GoMap => {
      if (known === undefined) return dict();
      const query = { apiVersion: toText(apiVersion), kind: toText(kind), namespace: toText(namespace), name: toText(name) };
      const key = lookupKey(query);
      const answer = known.get(key);
      if (answer === undefined) queries.set(key, query);
      return answer === undefined ? dict() : toMap(answer);
    },
  };
}

/** What a render failed with, as far as it may be told. */
export function problemOf(error: unknown, isConfidential: boolean): ChartRenderProblem {
  if (error instanceof TemplateError) {
    if (isConfidential) return { kind: 'template', message: confidentialMessage(error) };
    return { kind: 'template', message: error.position.column === undefined ? parseMessage(error) : executionMessage(error) };
  }
  // what V8 throws where the stack, a string or a list cannot grow any more
  if (error instanceof RangeError) return { kind: 'limit', message: 'the chart nests too deep, or grows too large' };
  if (error instanceof LimitError) return { kind: 'limit', message: isConfidential ? 'the chart takes more time, memory or output than it may' : error.message };
  // a fault of ours: its message may hold anything, its class does not
  return { kind: 'template', message: `the chart cannot be rendered, by a fault of Prelude (${error instanceof Error ? error.name : typeof error})` };
}
