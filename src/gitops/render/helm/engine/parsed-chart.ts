import type { ParsedTemplate } from '../../../../template/parse/parse-template.ts';
import type { Chart } from '../chart.ts';
import { type ChartTree, chartTree } from './chart-templates.ts';
import { TemplateNamespace } from './template-namespace.ts';

/** Parses a text, or knows what came of it. @throws TemplateError */
export type ParseText = (source: { readonly name: string; readonly text: string; readonly isConfidential: boolean }) => ParsedTemplate;

/** A chart whose templates are parsed once, however often it is rendered. */
export class ParsedChart {
  readonly tree: ChartTree;
  #namespace: TemplateNamespace | undefined;

  constructor(chart: Chart) {
    this.tree = chartTree(chart);
  }

  /** What all of its templates define. @throws TemplateError at the first that is malformed, in Helm's order */
  namespace({ parse }: { readonly parse: ParseText }): TemplateNamespace {
    if (this.#namespace !== undefined) return this.#namespace;
    const namespace = new TemplateNamespace();
    for (const { path, text } of this.tree.templates) namespace.add(parse({ name: path, text, isConfidential: false }));
    this.#namespace = namespace;
    return namespace;
  }
}
