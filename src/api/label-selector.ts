import { z } from 'zod';

/** Kubernetes' LabelSelector: all of its requirements must hold. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

const requirement = z
  .strictObject({
    key: z.string(),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(z.string()).exactOptional(),
  })
  .refine(({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0, {
    path: ['values'],
    message: 'must have entries for In and NotIn, and none for Exists and DoesNotExist',
  })
  .transform(({ key, operator, values = [] }): LabelRequirement => ({ key, operator, values }));

export const labelSelector = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).exactOptional(),
    matchExpressions: z.array(requirement).exactOptional(),
  })
  .transform(({ matchLabels = {}, matchExpressions = [] }): LabelSelector => ({ matchLabels, matchExpressions }));

/** Whether labels satisfy a selector. The empty selector matches everything; NotIn matches what has no such label. */
export function selectorMatches(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const value = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(selector.matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    selector.matchExpressions.every((requirement) => holds[requirement.operator](value(requirement.key), requirement.values))
  );
}

const holds: Readonly<Record<LabelRequirement['operator'], (value: string | undefined, values: readonly string[]) => boolean>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

/** A selector as the API server takes it in a query: `a=b,c in (d,e),!f`. The empty selector is the empty text. */
export function formatLabelSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return [...equalities, ...matchExpressions.map(formatRequirement)].join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
}
