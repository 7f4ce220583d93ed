import { competes, liveOperators } from './live-operator.ts';
import type { Survey } from './object-tally.ts';
import type { TakeoverFacts } from './observe-takeover.ts';
import { isLive } from './upstream-deployment.ts';
import { isDead } from './webhook-configurations.ts';

/** What is no obstacle and still worth knowing. */
export function notesOf(facts: TakeoverFacts, controllerClass: string): readonly string[] {
  const { definitions, survey, webhooks, operator } = facts;
  const others = liveOperators(operator).filter((one) => !competes(one, controllerClass));
  const answered = webhooks.filter((one) => !isDead(one)).map(({ name }) => name);
  const old = definitions.filter(({ oldStored }) => oldStored.length > 0);
  return [
    ...(definitions.length === 0 ? ['no kind of External Secrets is defined here: there is nothing to take over'] : []),
    ...others.map(({ label, controllerClass: other = 'default' }) => `${label} serves controller class "${other}" and may stay`),
    ...operator.doubtful.filter(isLive).map(({ namespace, name }) => `Deployment ${namespace}/${name} looks like External Secrets Operator, and its service account may not update Secrets in all namespaces: it was not counted, and is not stopped; look at it`),
    ...(others.length > 0 && survey.anyClass > 0 ? [`${survey.anyClass} stores name no controller class: controllers of every class serve them, that one too`] : []),
    ...(others.length > 0 ? servedByBoth(survey) : []),
    ...(survey.otherClass > 0 ? [`${survey.otherClass} objects are of another controller class and are left to it`] : []),
    ...(answered.length > 0 ? [`admission webhooks that are answered: ${answered.join(', ')}; they refuse writes once their Deployment is stopped, and go when the chart is uninstalled`] : []),
    ...(old.length > 0 ? [`objects of ${old.map(({ name }) => name).join(', ')} may still be stored in an old version (${[...new Set(old.flatMap(({ oldStored }) => oldStored))].join(', ')}); write each once before a definition drops it`] : []),
    ...pushes(survey.counts.get('PushSecret') ?? 0),
    ...survey.finalizers.map(({ kind, problem, count }) => `${count} of kind ${kind} carry the finalizer ${problem}: without a controller they cannot be deleted, and ${kind === 'Namespace' ? '--apply takes it off once no controller of External Secrets is left' : 'Prelude takes it off as they go'}`),
  ];
}

/** What has no class, or names none, beside a controller of another class. */
function servedByBoth({ anyClassGenerators, counts }: Survey): readonly string[] {
  const spread = ['ClusterExternalSecret', 'ClusterPushSecret'].map((kind) => [counts.get(kind) ?? 0, kind] as const).filter(([count]) => count > 0);
  return [
    ...(anyClassGenerators > 0 ? [`${anyClassGenerators} generators name no controller class: ExternalSecrets of every class may use them, and both controllers serve them`] : []),
    ...(spread.length > 0 ? [`${spread.map(([count, kind]) => `${count} of kind ${kind}`).join(' and ')} have no controller class: both controllers make what they declare, and External Secrets puts its finalizers on Namespaces again`] : []),
  ];
}

function pushes(count: number): readonly string[] {
  return count === 0 ? [] : [`which of ${count} of kind PushSecret push at once, and which are adopted silently, is not counted`];
}
