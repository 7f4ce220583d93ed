import { parseClusterExternalSecret } from '../api/cluster-external-secret.ts';
import { parseClusterPushSecret } from '../api/cluster-push-secret.ts';
import { parseExternalSecret } from '../api/external-secret.ts';
import { parseGenerator } from '../api/generator.ts';
import { externalSecretsGroup } from '../api/names.ts';
import { type KubeObject, parseApiVersion } from '../api/object.ts';
import { parsePushSecret } from '../api/push-secret.ts';
import { isSealedSecret, parseSealedSecret } from '../api/sealed-secret.ts';
import type { FieldError, Parsed } from '../api/schema.ts';
import { parseSecretStore } from '../api/secret-store.ts';
import { generatorsApiVersion } from '../api/source-reference.ts';
import type { GeneratorRegistry } from '../provider/generator-registry.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { allowedKeysProblem } from '../secret/allowed-keys.ts';
import type { CheckObject } from '../server/object-check.ts';

export interface ObjectCheckOptions {
  readonly providers: ProviderRegistry;
  readonly generators: Pick<GeneratorRegistry, 'parse'>;
}

/** Checks objects with what the controllers read them with: the same parsers, and the same adapters' schemas. */
export function createObjectChecks({ providers, generators }: ObjectCheckOptions): CheckObject {
  const parsers: Readonly<Record<string, (object: KubeObject) => readonly FieldError[]>> = {
    ExternalSecret: (object) => errorsOf(parseExternalSecret(object)),
    ClusterExternalSecret: (object) => errorsOf(parseClusterExternalSecret(object)),
    PushSecret: (object) => errorsOf(parsePushSecret(object)),
    ClusterPushSecret: (object) => errorsOf(parseClusterPushSecret(object)),
    SecretStore: (object) => storeErrors(object, providers),
    ClusterSecretStore: (object) => storeErrors(object, providers),
  };
  return (object) => {
    if (object.apiVersion === generatorsApiVersion) return object.kind === 'GeneratorState' ? undefined : { errors: generatorErrors(object, generators), warnings: [] };
    if (isSealedSecret(object)) return { errors: errorsOf(parseSealedSecret(object)), warnings: [] };
    if (parseApiVersion(object.apiVersion).group !== externalSecretsGroup || !Object.hasOwn(parsers, object.kind)) return undefined;
    return { errors: parsers[object.kind]?.(object) ?? [], warnings: warningsOf(object) };
  };
}

function errorsOf(parsed: Parsed<unknown>): readonly FieldError[] {
  return parsed.ok ? [] : parsed.errors;
}

function storeErrors(object: KubeObject, providers: ProviderRegistry): readonly FieldError[] {
  const store = parseSecretStore(object);
  const problem = allowedKeysProblem(object.metadata);
  return [...(store.ok ? errorsOf(providers.parse(store.value.spec.provider)) : store.errors), ...(problem === undefined ? [] : [{ path: '', message: problem }])];
}

function generatorErrors(object: KubeObject, generators: ObjectCheckOptions['generators']): readonly FieldError[] {
  const generator = parseGenerator(object);
  if (!generator.ok) return generator.errors;
  return errorsOf(generators.parse(generator.value.kind, generator.value.spec));
}

/** Fields that still do what they did, for now, and one that does nothing. */
const outdated: readonly { readonly kinds: readonly string[]; readonly field: string; readonly warning: string }[] = [
  { kinds: ['ClusterExternalSecret'], field: 'namespaces', warning: 'spec.namespaces is deprecated; use spec.namespaceSelectors' },
  { kinds: ['ClusterExternalSecret'], field: 'namespaceSelector', warning: 'spec.namespaceSelector is deprecated; use spec.namespaceSelectors' },
  { kinds: ['SecretStore', 'ClusterSecretStore'], field: 'retrySettings', warning: 'spec.retrySettings has no effect: calls are bounded and retried by the controller' },
];

function warningsOf({ apiVersion, kind, spec }: KubeObject): readonly string[] {
  const { version } = parseApiVersion(apiVersion);
  const fields = typeof spec === 'object' && spec !== null ? spec : {};
  return [
    ...(version === 'v1beta1' ? [`${apiVersion} is deprecated; write ${externalSecretsGroup}/v1, which has the same fields`] : []),
    ...outdated.filter((one) => one.kinds.includes(kind) && Object.hasOwn(fields, one.field)).map(({ warning }) => warning),
  ];
}
