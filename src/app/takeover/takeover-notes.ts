import { competes, liveOperators } from './live-operator.ts';
import type { TakeoverFacts } from './observe-takeover.ts';
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
    ...(others.length > 0 && survey.anyClass > 0 ? [`${survey.anyClass} stores name no controller class: controllers of every class serve them, that one too`] : []),
    ...(survey.otherClass > 0 ? [`${survey.otherClass} objects are of another controller class and are left to it`] : []),
    ...(answered.length > 0 ? [`admission webhooks that are answered: ${answered.join(', ')}; they refuse writes once their Deployment is stopped, and go when the chart is uninstalled`] : []),
    ...(old.length > 0 ? [`objects of ${old.map(({ name }) => name).join(', ')} may still be stored in an old version (${[...new Set(old.flatMap(({ oldStored }) => oldStored))].join(', ')}); write each once before a definition drops it`] : []),
    ...survey.finalizers.map(({ kind, problem, count }) => `${count} of kind ${kind} carry the finalizer ${problem}: without a controller they cannot be deleted, and Prelude takes it off as they go`),
  ];
}
