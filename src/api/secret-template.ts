import { z } from 'zod';
import { type DecodingStrategy, decodingStrategy } from './decoding-strategy.ts';
import { supportedOf } from './known-values.ts';
import { finalizerName, objectName, secretKey, secretKeyProblem } from './kube-text.ts';
import { isPrivilegedSecretType, privilegedTypeRule } from './privileged-secret-types.ts';
import { parseTemplatePath } from './template-path.ts';

/** Which part of the Secret a rendered template becomes a part of. */
export type TemplateTarget = 'Data' | 'Annotations' | 'Labels';

/** Keys of a ConfigMap or a Secret that hold templates. */
export interface TemplateReference {
  readonly name: string;
  readonly items: readonly TemplateItem[];
}

export interface TemplateItem {
  readonly key: string;
  /** `Values`: the template of the value under the same key. `KeysAndValues`: the template of a YAML map of keys and values. */
  readonly templateAs: 'Values' | 'KeysAndValues';
}

/** One entry of `templateFrom`; ConfigMap, Secret and literal count in this order. */
export interface TemplateFrom {
  readonly configMap?: TemplateReference;
  readonly secret?: TemplateReference;
  /** The template of a YAML map of keys and values. */
  readonly literal?: string;
  readonly target: TemplateTarget;
  /** The field of the target that is written instead, as `parseTemplatePath` reads it; only where the target is no Secret. */
  readonly field?: string;
  /** How the rendered values are encoded. */
  readonly valuesDecodingStrategy: DecodingStrategy;
}

/** How the Secret is made of the values that were read. All texts but type and finalizers are Go templates. */
export interface SecretTemplate {
  readonly type?: string;
  /** `Merge`: the values that were read are kept beside those of the templates. */
  readonly mergePolicy: 'Replace' | 'Merge';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  /** By key of the Secret. */
  readonly data: Readonly<Record<string, string>>;
  readonly templateFrom: readonly TemplateFrom[];
}

const templateItem = z
  .strictObject({
    key: secretKey().describe('Key of the ConfigMap or Secret.'),
    templateAs: supportedOf(['Values', 'KeysAndValues'], ['Values', 'KeysAndValues'])
      .exactOptional()
      .describe('Values where absent: the key stays and its value is the template; KeysAndValues: the template renders a YAML map of both.'),
  })
  .transform(({ key, templateAs = 'Values' }): TemplateItem => ({ key, templateAs }));

const templateReference = z.strictObject({
  name: objectName().describe('Name of the object, in the namespace of the ExternalSecret.'),
  items: z.array(templateItem).describe('The keys that hold templates.'),
});

const targets: Readonly<Record<string, TemplateTarget>> = { data: 'Data', annotations: 'Annotations', labels: 'Labels' };

/** Upstream takes the words in any case. */
function targetOf(word: string): TemplateTarget | undefined {
  const name = word.toLowerCase();
  return Object.hasOwn(targets, name) ? targets[name] : undefined;
}

const templateFrom = z
  .strictObject({
    configMap: templateReference.exactOptional().describe('Templates in a ConfigMap.'),
    secret: templateReference.exactOptional().describe('Templates in a Secret.'),
    literal: z.string().exactOptional().describe('The template of a YAML map of keys and values.'),
    target: z.string().exactOptional().describe('What the templates are rendered into: Data, Annotations or Labels; Data where absent. With target.manifest also a field, like spec.receivers[0].'),
    valuesDecodingStrategy: decodingStrategy().exactOptional().describe('How the rendered values are encoded; None where absent.'),
  })
  .transform(({ target: word = '', valuesDecodingStrategy = 'None', ...sources }): TemplateFrom => {
    const target = word === '' ? 'Data' : targetOf(word);
    return { ...sources, ...(target === undefined ? { target: 'Data', field: word } : { target }), valuesDecodingStrategy };
  });

const metadata = z.strictObject({
  labels: z.record(z.string(), z.string()).exactOptional().describe('Templates, by label.'),
  annotations: z.record(z.string(), z.string()).exactOptional().describe('Templates, by annotation.'),
  finalizers: z.array(finalizerName()).exactOptional().describe('Finalizers of the Secret, as they stand.'),
});

/** `target.template` of an ExternalSecret, whatever its target is. */
export const targetTemplate = z
  .strictObject({
    type: z
      .string()
      .exactOptional()
      .refine((type) => type === undefined || !isPrivilegedSecretType(type), privilegedTypeRule)
      .describe('Type of the Secret; Opaque where absent.'),
    engineVersion: supportedOf(['v2'], ['v2']).exactOptional().describe('Version of the template engine; v2, the only one, where absent.'),
    mergePolicy: supportedOf(['Replace', 'Merge'], ['Replace', 'Merge'])
      .exactOptional()
      .describe('Whether the values that were read stay beside those of the templates; Replace where absent: they do not.'),
    metadata: metadata.exactOptional().describe("Metadata of the Secret, instead of the ExternalSecret's own."),
    data: z.record(z.string(), z.string()).exactOptional().describe('Templates, by key of the Secret; they win over templateFrom.'),
    templateFrom: z.array(templateFrom).exactOptional().describe('Templates that stand elsewhere, in order; later ones win.'),
  })
  .transform(({ type, mergePolicy = 'Replace', metadata: { labels = {}, annotations = {}, finalizers = [] } = {}, data = {}, templateFrom: from = [] }, context): SecretTemplate => {
    for (const key of Object.keys(data)) {
      const message = secretKeyProblem(key);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['data', key], message: `the key ${message}` });
    }
    // like External Secrets, an empty type is no type
    return { ...(type === undefined || type === '' ? {} : { type }), mergePolicy, labels, annotations, finalizers, data, templateFrom: from };
  });

/** A template that makes a Secret. What names a field is refused: templates may not write any part of a Secret they like. */
export const secretTemplate = targetTemplate.superRefine((template, context) => {
  for (const { path, message } of fieldProblems(template, false)) context.addIssue({ code: 'custom', path: [...path], message });
});

/** What is wrong with the fields that templates name, by their path within the template. */
export function fieldProblems({ templateFrom: from }: Pick<SecretTemplate, 'templateFrom'>, isManifest: boolean): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  return from.flatMap(({ field }, index) => {
    if (field === undefined) return [];
    const path = ['templateFrom', index, 'target'];
    if (!isManifest) return [{ path, message: 'must be Data, Annotations or Labels; other fields of a Secret cannot be templated' }];
    const parsed = parseTemplatePath(field);
    return parsed.ok ? [] : [{ path, message: parsed.message }];
  });
}
