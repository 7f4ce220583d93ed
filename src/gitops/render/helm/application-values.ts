import { plainHelmOptions } from '../../../api/helm-options.ts';
import type { Problem } from '../../plan/plan.ts';
import type { RenderInput } from '../renderer.ts';
import { type BuildEnvironment, buildEnvironment, substitute } from './build-environment.ts';
import type { ChartValues } from './chart.ts';
import { ChartError } from './load/chart-error.ts';
import { type NamedFile, readNamedFile } from './named-file.ts';
import { mergeValues } from './values/merge-values.ts';
import { readValuesText } from './values/read-values.ts';
import { setFileValue, setStringValue, setValue } from './values/set-values.ts';

/** The values that an Application lays over those of its chart, and what is wrong with them. */
export interface ApplicationValues {
  readonly values: ChartValues;
  readonly problems: readonly Problem[];
}

/** What is collected while one layer after the other is laid on. */
interface Layers {
  values: ChartValues;
  readonly problems: Problem[];
  readonly input: RenderInput;
  readonly environment: BuildEnvironment;
}

/**
 * Reads an Application's values in Argo CD's order, later ones winning: files of values one after the other, `values` or `valuesObject`,
 * parameters, parameters that are strings, parameters that are files. Argo CD hands parameters to Helm in no order; here it is theirs.
 */
export async function readApplicationValues(input: RenderInput, signal: AbortSignal): Promise<ApplicationValues> {
  const layers: Layers = { values: {}, problems: [], input, environment: buildEnvironment(input) };
  const { values, valuesObject, parameters } = input.source.helm ?? plainHelmOptions;
  await addFiles(layers, signal);
  if (valuesObject !== undefined) lay(layers, 'valuesObject', () => mergeValues(layers.values, readValuesText(Buffer.from(JSON.stringify(valuesObject)), 'valuesObject')));
  else if (values !== undefined) lay(layers, 'values', () => mergeValues(layers.values, readValuesText(Buffer.from(values), 'values')));
  for (const isString of [false, true]) {
    for (const [index, { name, value, forceString }] of parameters.entries()) {
      const set = isString ? setStringValue : setValue;
      const field = `parameters[${index}].value`;
      if (forceString === isString) lay(layers, field, () => set(layers.values, `${name}=${escapeCommas(filled(layers, field, value))}`));
    }
  }
  await addFileParameters(layers, signal);
  return layers;
}

function lay(layers: Layers, field: string, next: () => ChartValues): void {
  try {
    layers.values = next();
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    refuse(layers, field, error.message);
  }
}

function refuse({ problems, input }: Layers, field: string, message: string): void {
  problems.push({ severity: 'error', message, path: `${input.field}.helm.${field}` });
}

function filled(layers: Layers, field: string, text: string): string {
  const { text: whole, unknown } = substitute(text, layers.environment);
  for (const name of unknown) layers.problems.push({ severity: 'warning', message: `${name} stands for nothing and is left out; write $$ for a dollar sign`, path: `${layers.input.field}.helm.${field}` });
  return whole;
}

/** `$ref/…` is no variable. */
function filledPath(layers: Layers, field: string, path: string): string {
  const [, ref] = /^\$([A-Za-z0-9_-]+)(?:\/|$)/.exec(path) ?? [];
  return ref !== undefined && (layers.input.lent.has(ref) || !layers.environment.has(ref)) ? path : filled(layers, field, path);
}

/** Argo CD takes a comma in a parameter for part of its value, unless it is a list in braces. */
function escapeCommas(value: string): string {
  return value.startsWith('{') && value.endsWith('}') ? value : value.replace(/(?<!\\),/g, String.raw`\,`);
}

async function addFiles(layers: Layers, signal: AbortSignal): Promise<void> {
  const { valueFiles, ignoreMissingValueFiles } = layers.input.source.helm ?? plainHelmOptions;
  for (const [index, name] of valueFiles.entries()) {
    const field = `valueFiles[${index}]`;
    const file = await readNamedFile(filledPath(layers, field, name), layers.input, signal);
    if (file.kind === 'read') layFile(layers, file);
    else if (file.kind === 'refused' || !ignoreMissingValueFiles) refuse(layers, field, file.message);
  }
}

function layFile(layers: Layers, { path, data }: Extract<NamedFile, { kind: 'read' }>): void {
  try {
    layers.values = mergeValues(layers.values, readValuesText(data, path));
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    layers.problems.push({ severity: 'error', message: error.message, origin: { file: path, line: 1 } });
  }
}

async function addFileParameters(layers: Layers, signal: AbortSignal): Promise<void> {
  const { fileParameters } = layers.input.source.helm ?? plainHelmOptions;
  for (const [index, { name, path }] of fileParameters.entries()) {
    const field = `fileParameters[${index}].path`;
    const file = await readNamedFile(filledPath(layers, field, path), layers.input, signal);
    if (file.kind === 'read') lay(layers, field, () => setFileValue(layers.values, name, file.data));
    else refuse(layers, field, file.message);
  }
}
