import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import type { TemplateReference } from '../../api/secret-template.ts';
import type { SecretBytes } from '../../lib/secret-bytes.ts';

/** A ConfigMap or a Secret that holds templates; it stands in the namespace of its ExternalSecret. */
export interface TemplateSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
}

/** A key of a source that holds a template, and the field that names it. */
export interface TemplateKey {
  readonly source: TemplateSource;
  readonly key: string;
  /** e.g. `spec.target.template.templateFrom[0].configMap.items[1].key`. */
  readonly path: string;
}

/** What the sources hold, by `sourceId` and key. */
export type SourceTexts = ReadonlyMap<string, ReadonlyMap<string, SecretBytes>>;

/** `ConfigMap "testnet-config"`: names a source among those of one namespace, and in messages. */
export function sourceId({ kind, name }: TemplateSource): string {
  return `${kind} "${name}"`;
}

/** All keys that the template of an ExternalSecret names, in the order in which they count. */
export function templateKeys({ template }: Pick<ExternalSecretSpec, 'template'>): readonly TemplateKey[] {
  return (template?.templateFrom ?? []).flatMap(({ configMap, secret }, index) => {
    const at = `spec.target.template.templateFrom[${index}]`;
    return [...keysOf('ConfigMap', configMap, `${at}.configMap`), ...keysOf('Secret', secret, `${at}.secret`)];
  });
}

function keysOf(kind: TemplateSource['kind'], reference: TemplateReference | undefined, path: string): readonly TemplateKey[] {
  return (reference?.items ?? []).map(({ key }, index) => ({ source: { kind, name: reference?.name ?? '' }, key, path: `${path}.items[${index}].key` }));
}

/** The sources of an ExternalSecret's template, each once. */
export function templateSources(spec: Pick<ExternalSecretSpec, 'template'>): readonly TemplateSource[] {
  return [...new Map(templateKeys(spec).map(({ source }) => [sourceId(source), source])).values()];
}

/** What is not there of all that the template names; undefined where nothing is missing. */
export function missingTemplate(spec: Pick<ExternalSecretSpec, 'template'>, texts: SourceTexts): string | undefined {
  for (const { source, key } of templateKeys(spec)) {
    const found = texts.get(sourceId(source));
    if (found === undefined) return `${sourceId(source)} does not exist`;
    if (!found.has(key)) return `${sourceId(source)} has no key ${JSON.stringify(key)}`;
  }
  return undefined;
}
