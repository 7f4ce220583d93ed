import type { SealedSecret } from '../../../api/sealed-secret.ts';
import { formatPath } from '../../../api/schema.ts';
import { decodeCiphertext } from '../../../seal/ciphertext.ts';
import { scopeOf } from '../../../seal/scope.ts';
import { fieldsOf, textOf } from '../needs/field.ts';
import type { Problem, RenderedObject } from '../plan.ts';
import { createTemplateCheck } from './template-check.ts';

type Found = readonly [path: string, problem: Pick<Problem, 'severity' | 'message'> | undefined];

const warning = (message: string): Pick<Problem, 'severity' | 'message'> => ({ severity: 'warning', message });

/**
 * What a SealedSecret shows without a key: values that are no ciphertexts, templates that do not parse, and signs that it was sealed for
 * another place. Whether a value opens, only the controller can tell.
 * @param rendered as it stands in Git: the namespace is not filled in yet
 */
export function checkSealed(rendered: RenderedObject, sealedSecret: SealedSecret, destination: string): readonly Problem[] {
  const { origin, lineOf } = rendered;
  const { encryptedData, data } = sealedSecret.spec;
  const found: readonly Found[] = [
    ...Object.entries(encryptedData).map(([key, text]): Found => [formatPath(['spec', 'encryptedData', key]), decodeCiphertext(text) === undefined ? noCiphertext : undefined]),
    ...(data === undefined ? [] : [['spec.data', decodeCiphertext(data) === undefined ? noCiphertext : warning('is the deprecated form, whose keys nobody can tell before it is opened; seal it anew')] as const]),
    ...checkTexts(sealedSecret),
    ...checkPlace(rendered, destination),
  ];
  return found.flatMap(([path, problem]) => (problem === undefined ? [] : [{ ...problem, path, origin: { file: origin.file, line: lineOf?.(path) ?? origin.line } }]));
}

const noCiphertext = { severity: 'error', message: 'is no sealed value: it is not base64, or cut off; seal it with prelude seal' } as const;

function checkTexts({ spec: { encryptedData, template } }: SealedSecret): readonly Found[] {
  const check = createTemplateCheck();
  return Object.entries(template.data).map(([key, text]): Found => {
    const unused = Object.hasOwn(encryptedData, key) ? warning('is rendered for nothing: the sealed value of this key is what the Secret has') : undefined;
    return [formatPath(['spec', 'template', 'data', key]), check(key, text) ?? unused];
  });
}

/** What a value was sealed for does not show in it, but kubeseal notes it in the template. */
function checkPlace({ object: { metadata, spec } }: RenderedObject, destination: string): readonly Found[] {
  const scope = scopeOf(metadata.annotations);
  if (scope === 'cluster-wide') return [];
  const sealedFor = fieldsOf(fieldsOf(fieldsOf(spec)['template'])['metadata']);
  const { name, namespace = destination } = { name: textOf(sealedFor['name']), namespace: textOf(sealedFor['namespace']) };
  const target = metadata.namespace ?? destination;
  const missing = metadata.namespace === undefined && textOf(sealedFor['namespace']) === undefined;
  return [
    ['metadata.namespace', missing ? warning(`is not said, and the values open in the namespace alone that they were sealed for; the Application's is ${destination}`) : undefined],
    ['metadata.namespace', !missing && namespace !== target ? warning(`is ${target}, and spec.template says that the values were sealed for namespace ${namespace}, in which alone they open`) : undefined],
    ['metadata.name', scope === 'strict' && name !== undefined && name !== metadata.name ? warning(`spec.template says that the values were sealed for the name ${name}, and under it alone they open`) : undefined],
  ];
}
