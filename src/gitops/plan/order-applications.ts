import { formatKey } from '../../api/object.ts';
import { generatorsOf, storesOf } from '../../secret/references.ts';
import { templateSources } from '../../secret/template/template-source.ts';
import type { Declarations } from './declare/declarations.ts';
import type { Neighbourhood } from './declare/neighbourhood.ts';
import { readDependencies } from './depends-on.ts';
import { compareText } from './object-order.ts';
import type { PlannedApplication } from './planned-application.ts';

/**
 * Orders Applications so that one after the other can be brought in: those that others wait for by annotation, that hold stores, or make
 * Secrets, before those that wait for or use them; otherwise by namespace and name. Where they use one another, none can wait for the other and the names decide.
 */
export function orderApplications(applications: readonly PlannedApplication[], neighbourhood: Neighbourhood): readonly PlannedApplication[] {
  const byDeclarations = new Map(applications.flatMap((one) => (one.kind === 'planned' ? [[one.declarations, one] as const] : [])));
  const byKey = new Map(applications.map((one) => [formatKey(one.application.metadata), one]));
  const dependencies = ({ application: { metadata } }: PlannedApplication): readonly PlannedApplication[] => readDependencies(metadata).keys.flatMap((key) => byKey.get(formatKey(key)) ?? []);
  const ordered = new Set<PlannedApplication>();
  const onTheWay = new Set<PlannedApplication>();
  const visit = (application: PlannedApplication): void => {
    if (ordered.has(application) || onTheWay.has(application)) return;
    onTheWay.add(application);
    for (const other of dependencies(application)) visit(other);
    for (const declarations of usedBy(application, neighbourhood)) {
      const other = byDeclarations.get(declarations);
      if (other !== undefined) visit(other);
    }
    onTheWay.delete(application);
    ordered.add(application);
  };
  for (const application of applications.toSorted(byName)) visit(application);
  return [...ordered];
}

function byName(a: PlannedApplication, b: PlannedApplication): number {
  return compareText(formatKey(a.application.metadata), formatKey(b.application.metadata));
}

/** Whose stores it reads, whose generators it uses, whose templates it renders and whose Secrets it needs. */
function usedBy(application: PlannedApplication, neighbourhood: Neighbourhood): ReadonlySet<Declarations> {
  if (application.kind !== 'planned') return new Set();
  const read = application.declarations.externalSecrets.flatMap(({ externalSecret: { metadata, spec } }) => {
    const { namespace = '' } = metadata;
    const stores = storesOf(spec).flatMap(({ kind, name }) => neighbourhood.store(kind, namespace, name)?.by ?? []);
    return [...stores, ...generatorsOf(spec).flatMap(({ kind, name }) => neighbourhood.generator(kind, namespace, name)?.by ?? [])];
  });
  const rendered = application.declarations.externalSecrets.flatMap(({ externalSecret: { metadata, spec } }) =>
    templateSources(spec).flatMap(({ kind, name }) => {
      const namespace = metadata.namespace ?? '';
      return kind === 'Secret' ? neighbourhood.makers(namespace, name).map(({ by }) => by) : (neighbourhood.configMap(namespace, name)?.by ?? []);
    }),
  );
  const needed = application.plan.needs.flatMap(({ namespace, secret }) => [...neighbourhood.makers(namespace, secret), ...neighbourhood.runtimeMakers(namespace, secret)].map(({ by }) => by));
  return new Set([...read, ...rendered, ...needed]);
}
