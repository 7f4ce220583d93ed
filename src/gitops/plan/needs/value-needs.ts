import type { Application } from '../../../api/application.ts';
import { readValuesFrom, valuesFromAnnotation } from '../../render/helm/values-from/values-from.ts';
import type { Origin } from '../plan.ts';
import type { ValueSource } from '../value-source.ts';
import type { FoundNeed } from './needs.ts';

/** What an Application's charts take values from. */
export function valueSourcesOf(application: Application): readonly ValueSource[] {
  return readValuesFrom(application).entries.map(({ kind, name, key, optional }) => ({ kind, name, key, optional }));
}

/** The Secrets among them, as needs of the Application itself: before they are there, its charts cannot be rendered at all. */
export function valueNeeds(application: Application, manifest: { readonly origin: Origin; readonly lineOf: (path: string) => number } | undefined): readonly FoundNeed[] {
  const path = `metadata.annotations[${valuesFromAnnotation}]`;
  const origin = manifest === undefined ? { file: '', line: 0 } : { file: manifest.origin.file, line: manifest.lineOf(path) };
  const required = valueSourcesOf(application).filter(({ kind, optional }) => kind === 'Secret' && !optional);
  const unique = new Map(required.map((source) => [`${source.name}/${source.key}`, source]));
  return [...unique.values()].map(({ name, key }) => ({
    namespace: application.spec.destination.namespace,
    secret: name,
    key,
    consumers: [{ kind: 'Application', name: application.metadata.name, origin, path }],
    lenient: false,
  }));
}

/** Adds needs to those that workloads have: one per Secret and key. */
export function withNeeds(needs: readonly FoundNeed[], more: readonly FoundNeed[]): readonly FoundNeed[] {
  const found = new Map(needs.map((need) => [idOf(need), need]));
  for (const need of more) {
    const known = found.get(idOf(need));
    found.set(idOf(need), known === undefined ? need : { ...known, consumers: [...need.consumers, ...known.consumers], lenient: known.lenient && need.lenient });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

function idOf({ namespace, secret, key }: FoundNeed): string {
  return `${namespace}/${secret}/${key ?? ''}`;
}
