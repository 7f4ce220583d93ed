import type { Chart, ChartFile, ChartValues } from '../chart.ts';

/**
 * Tells whether a chart, its values or the names of its release hold the parts of a name, whatever their case. A name that is made of what Git
 * holds (`devnet-db`) may well stand in a Secret too, and need not be from there.
 * @param values without values of Secrets
 */
export function textInGit(chart: Chart, values: ChartValues, names: readonly string[]): (text: string) => boolean {
  const known = new Map<string, boolean>();
  let texts: readonly string[] | undefined;
  return (text) => {
    texts ??= [...names, jsonOf(values), ...textsOf(chart)].map((one) => one.toLowerCase());
    const all = texts;
    const isKnown = known.get(text) ?? text.toLowerCase().split(/[-.]/).every((part) => all.some((one) => one.includes(part)));
    known.set(text, isKnown);
    return isKnown;
  };
}

function textsOf({ metadata, values, templates, files, dependencies }: Chart): readonly string[] {
  const textOf = ({ data }: ChartFile): string => Buffer.from(data).toString('utf8');
  return [metadata.name, jsonOf(values), ...templates.map(textOf), ...files.map(textOf), ...dependencies.flatMap(textsOf)];
}

function jsonOf(values: ChartValues): string {
  return JSON.stringify(values, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}
