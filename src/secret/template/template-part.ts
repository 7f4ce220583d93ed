import type { DecodingStrategy } from '../../api/decoding-strategy.ts';
import type { SecretTemplate, TemplateFrom, TemplateReference, TemplateTarget } from '../../api/secret-template.ts';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import type { SourceTexts, TemplateSource } from './template-source.ts';
import { sourceId } from './template-source.ts';

/** One template of an ExternalSecret, and what becomes of what it renders. */
export interface TemplatePart {
  /** Where it stands, for messages: `spec.target.template.data[config]`, `ConfigMap "testnet" key "config"`. */
  readonly place: string;
  /** How the template calls itself. */
  readonly name: string;
  readonly text: SecretBytes;
  /** It comes from a Secret: none of it may stand in a message. */
  readonly isConfidential: boolean;
  readonly target: TemplateTarget;
  /** The field that is written instead, where the target of the ExternalSecret is no Secret. */
  readonly field?: string;
  /** The key that the rendered text is the value of; absent: it is a YAML map of keys and values. */
  readonly key?: string;
  /** How the rendered values are encoded. */
  readonly decodingStrategy: DecodingStrategy;
}

/** All templates of an ExternalSecret in the order in which they count: what comes later wins. All that they name is in `texts`. */
export function templateParts(template: SecretTemplate, texts: SourceTexts): readonly TemplatePart[] {
  const at = 'spec.target.template';
  return [
    ...template.templateFrom.flatMap((from, index) => partsFrom(from, `${at}.templateFrom[${index}].literal`, texts)),
    ...partsOf(template.data, 'Data', `${at}.data`),
    ...partsOf(template.labels, 'Labels', `${at}.metadata.labels`),
    ...partsOf(template.annotations, 'Annotations', `${at}.metadata.annotations`),
  ];
}

function partsOf(templates: Readonly<Record<string, string>>, target: TemplateTarget, path: string): readonly TemplatePart[] {
  return Object.entries(templates).map(([key, text]) => ({
    place: `${path}[${key}]`,
    name: key,
    text: SecretBytes.fromUtf8(text),
    isConfidential: false,
    target,
    key,
    decodingStrategy: 'None',
  }));
}

function partsFrom(from: TemplateFrom, literalPlace: string, texts: SourceTexts): readonly TemplatePart[] {
  const { configMap, secret, literal, valuesDecodingStrategy: decodingStrategy } = from;
  const inText = literal === undefined ? [] : [{ place: literalPlace, name: 'literal', text: SecretBytes.fromUtf8(literal), isConfidential: false, ...targetOf(from), decodingStrategy }];
  return [...partsIn('ConfigMap', configMap, from, texts), ...partsIn('Secret', secret, from, texts), ...inText];
}

function partsIn(kind: TemplateSource['kind'], reference: TemplateReference | undefined, from: TemplateFrom, texts: SourceTexts): readonly TemplatePart[] {
  if (reference === undefined) return [];
  const id = sourceId({ kind, name: reference.name });
  return reference.items.map(({ key, templateAs }) => {
    const text = texts.get(id)?.get(key);
    if (text === undefined) throw new Error(`${id} was rendered without its key ${JSON.stringify(key)}`);
    return {
      place: `${id} key ${JSON.stringify(key)}`,
      name: key,
      text,
      isConfidential: kind === 'Secret',
      ...targetOf(from),
      ...(templateAs === 'Values' ? { key } : {}),
      decodingStrategy: from.valuesDecodingStrategy,
    };
  });
}

function targetOf({ target, field }: TemplateFrom): Pick<TemplatePart, 'target' | 'field'> {
  return { target, ...(field === undefined ? {} : { field }) };
}
