import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { textAt } from '../../health/live-field.ts';
import { runtimeProducts } from '../../plan/declare/runtime-products.ts';
import type { Plan, RenderedObject } from '../../plan/plan.ts';
import { textsIn, textsOf } from '../../plan/texts-in.ts';
import { earlyPhases } from '../phase/early-phases.ts';

/**
 * What of a plan is carried out before the values that its charts take from the cluster are known: what makes the very Secrets and ConfigMaps
 * that they are taken from, the accounts, rights, stores and credentials that this refers to, the Namespaces of all this and of the Application,
 * and a barrier on those Secrets alone. All else is written once the charts are rendered with real values: what placeholders come to may be a branch that these do not take.
 */
export function firstPass(plan: Plan): Plan {
  const sources = plan.valueSources ?? [];
  const required = new Set(sources.filter(({ kind, optional }) => kind === 'Secret' && !optional).map(({ name, key }) => `${name}/${key}`));
  const candidates = plan.phases.flatMap(({ name, objects }) => (earlyPhases.includes(name) ? objects.filter(({ holdsValues }) => holdsValues !== true) : []));
  const lifted = reach(candidates, sources.map(({ name }) => name));
  // nothing starts without the destination, though others make in it what values are taken from
  const homes = new Set([plan.namespace, ...Array.from(lifted, ({ object }) => object.metadata.namespace ?? plan.namespace)]);
  return {
    ...plan,
    phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.filter((one) => lifted.has(one) || (name === 'namespace' && one.holdsValues !== true && homes.has(one.object.metadata.name))) })),
    needs: plan.needs.filter(({ namespace, secret, key }) => namespace === plan.namespace && required.has(`${secret}/${key ?? ''}`)),
  };
}

/**
 * The objects that make something of these names, and all that they refer to, and so on. Whatever stands in an object and is the name of
 * another counts as a reference to it: too much is written early rather than too little.
 */
export function reach(candidates: readonly RenderedObject[], names: readonly string[]): ReadonlySet<RenderedObject> {
  const found = new Set<RenderedObject>();
  const wanted = new Set(names);
  for (let size = -1; size < found.size + wanted.size;) {
    size = found.size + wanted.size;
    for (const one of candidates) {
      if (found.has(one) || !(isWanted(one.object, wanted) || serves(one.object, found))) continue;
      found.add(one);
      for (const text of textsIn(one.object)) wanted.add(text);
      // with which key it opens is told nowhere in it
      if (one.sops !== undefined || one.sopsEntries !== undefined) for (const other of candidates) if (other.sops === undefined && other.sopsEntries === undefined) wanted.add(other.object.metadata.name);
    }
  }
  return found;
}

/** By its own name, or by that of what it makes. */
function isWanted(object: KubeObject, wanted: ReadonlySet<string>): boolean {
  const made = [['target', 'name'], ['externalSecretName'], ['externalSecretSpec', 'target', 'name'], ['template', 'metadata', 'name']].map((path) => textAt(object, 'spec', ...path));
  return [object.metadata.name, ...made, ...runtimeProducts(object).map(({ secret }) => secret)].some((name) => name !== undefined && wanted.has(name));
}

/** What is found does not name it, and may not do without it: rights of an account, and what is pushed to where something else is read. */
function serves(object: KubeObject, found: ReadonlySet<RenderedObject>): boolean {
  const isBinding = parseApiVersion(object.apiVersion).group === 'rbac.authorization.k8s.io' && object.kind.endsWith('Binding');
  const isPush = object.kind === 'PushSecret' || object.kind === 'ClusterPushSecret';
  if (!isBinding && !isPush) return false;
  const texts = new Set(textsOf(isBinding ? object['subjects'] : object['spec']));
  return [...found].some(({ object: { kind, metadata } }) => (isBinding ? kind === 'ServiceAccount' : kind.endsWith('SecretStore')) && texts.has(metadata.name));
}
