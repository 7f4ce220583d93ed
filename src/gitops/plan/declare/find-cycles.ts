import { storePaths } from '../../../secret/references.ts';
import { templateKeys } from '../../../secret/template/template-source.ts';
import { wayBack } from '../../../lib/way-back.ts';
import type { Problem } from '../plan.ts';
import { type DeclaredExternalSecret, describeProducer, placeOf } from './declarations.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import { generatorCredentials, storeCredentials } from './store-credentials.ts';

interface Step {
  readonly declared: DeclaredExternalSecret;
  /** What it waits for: `reads ClusterSecretStore x, whose credentials are in Secret y`. */
  readonly through: string;
  /** The field that says so. */
  readonly path: string;
}

/**
 * ExternalSecrets that wait for themselves: a store that they read or a generator takes its credentials, or their template is taken, from a Secret that, in
 * the end, they make.
 */
export function findCycles(own: readonly DeclaredExternalSecret[], neighbourhood: Neighbourhood): readonly Problem[] {
  const reported = new Set<DeclaredExternalSecret>();
  return own.flatMap((start) => {
    const cycle = reported.has(start) ? undefined : walk(start, neighbourhood);
    if (cycle === undefined) return [];
    for (const { declared } of cycle) reported.add(declared);
    return [{ severity: 'error', message: `waits for itself: ${cycle.map(describeStep).join(', which is made by ')}`, ...placeOf(start, cycle[0]?.path ?? 'spec') }];
  });
}

/** The steps of the way from a declaration back to it, or undefined. */
function walk(start: DeclaredExternalSecret, neighbourhood: Neighbourhood): readonly Step[] | undefined {
  const way = wayBack(start, (declared) => secretsRead(declared, neighbourhood).flatMap(({ namespace, secret, ...edge }) => {
    const to = neighbourhood.externalSecret(namespace, secret);
    return to === undefined ? [] : [{ ...edge, declared, to }];
  }));
  return way === undefined ? undefined : [...way, { declared: start, through: '', path: '' }];
}

/** The Secrets that an ExternalSecret waits for. */
export function secretsRead({ externalSecret: { metadata, spec } }: DeclaredExternalSecret, neighbourhood: Neighbourhood): readonly (Omit<Step, 'declared'> & { readonly namespace: string; readonly secret: string })[] {
  const { namespace = '' } = metadata;
  return [
    ...storePaths(spec).flatMap(({ store: { kind, name }, path }) => {
      const store = neighbourhood.store(kind, namespace, name)?.declared.store;
      return (store === undefined ? [] : storeCredentials(store, namespace)).map((credential) => {
        const through = `reads ${kind} ${name} with credentials from Secret ${credential.namespace}/${credential.secret}`;
        return { ...credential, through, path };
      });
    }),
    ...spec.dataFrom.flatMap((entry, index) => {
      const declared = entry.kind === 'generator' ? neighbourhood.generator(entry.generator.kind, namespace, entry.generator.name)?.declared : undefined;
      return (declared === undefined ? [] : generatorCredentials(declared.generator)).map((secret) => {
        const through = `uses ${declared?.kind} ${declared?.name} with credentials from Secret ${namespace}/${secret}`;
        return { namespace, secret, through, path: `spec.dataFrom[${index}].sourceRef.generatorRef` };
      });
    }),
    ...templateKeys(spec).flatMap(({ source, path }) =>
      source.kind === 'Secret' ? [{ namespace, secret: source.name, through: `renders a template in Secret ${namespace}/${source.name}`, path }] : [],
    ),
  ];
}

function describeStep({ declared, through }: Step): string {
  const { object, externalSecret } = declared;
  const by = { kind: object.object.kind, name: object.object.metadata.name, origin: object.origin };
  return `${describeProducer({ by, namespace: externalSecret.metadata.namespace ?? '' })}${through === '' ? '' : ` ${through}`}`;
}
