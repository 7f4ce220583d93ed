import { isPlainFields, type PlainFields, type PlainValue } from '../../api/application-set-spec.ts';
import { formatPath } from '../../api/schema.ts';
import { GenerationError } from './generation-error.ts';
import type { RenderText } from './render-text.ts';

/**
 * Renders every text of a template, keys of maps too.
 * @param path where the template stands in the ApplicationSet
 * @throws GenerationError `template`, at the text that is wrong
 */
export function renderFields(fields: PlainFields, path: readonly (string | number)[], parameters: PlainFields, render: RenderText): PlainFields {
  const rendered = Object.entries(fields).map(([key, value]) => [renderAt(key, [...path, key], parameters, render), renderValue(value, [...path, key], parameters, render)] as const);
  return Object.fromEntries(rendered);
}

function renderValue(value: PlainValue, path: readonly (string | number)[], parameters: PlainFields, render: RenderText): PlainValue {
  if (typeof value === 'string') return renderAt(value, path, parameters, render);
  if (isPlainFields(value)) return renderFields(value, path, parameters, render);
  return isList(value) ? value.map((item, index) => renderValue(item, [...path, index], parameters, render)) : value;
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** Renders the text that stands at a path. @throws GenerationError `template` */
export function renderAt(text: string, path: readonly (string | number)[], parameters: PlainFields, render: RenderText): string {
  const field = formatPath(path);
  try {
    return render(text, parameters, field);
  } catch (error) {
    throw new GenerationError('template', field, error instanceof Error ? error.message : 'cannot be rendered', { cause: error });
  }
}
