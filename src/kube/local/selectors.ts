import { type LabelRequirement, type LabelSelector, selectorMatches } from '../../api/label-selector.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { Selection } from '../port.ts';

/** Makes the test of a selection. @throws KubeError `invalid` where a selector is malformed. */
export function selects(selection: Selection): (object: KubeObject) => boolean {
  const labels = selection.labelSelector === undefined ? undefined : parseLabelSelector(selection.labelSelector);
  const fields = selection.fieldSelector === undefined ? [] : parseFieldSelector(selection.fieldSelector);
  const { namespace } = selection;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    fields.every(({ field, value, negated }) => ((object.metadata[field] ?? '') === value) !== negated) &&
    (labels === undefined || selectorMatches(labels, object.metadata.labels ?? {}));
}

const keyPattern = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const valuePattern = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?`;
const setRequirement = new RegExp(String.raw`^\s*(?<key>${keyPattern})\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)\s*$`);
const equality = new RegExp(String.raw`^\s*(?<key>${keyPattern})\s*(?<operator>==?|!=)\s*(?<value>${valuePattern})\s*$`);
const presence = new RegExp(String.raw`^\s*(?<negated>!?)\s*(?<key>${keyPattern})\s*$`);
const value = new RegExp(`^${valuePattern}$`);

/**
 * Reads a label selector as the API server takes it in a query: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`,
 * joined by commas. The empty text selects everything.
 * @throws KubeError `invalid`
 */
export function parseLabelSelector(text: string): LabelSelector {
  if (text.trim() === '') return { matchLabels: {}, matchExpressions: [] };
  // a comma inside parentheses separates values, not requirements
  return { matchLabels: {}, matchExpressions: text.split(/,(?![^(]*\))/).map((part) => parseRequirement(part, text)) };
}

function parseRequirement(part: string, text: string): LabelRequirement {
  const set = setRequirement.exec(part)?.groups;
  if (set?.['key'] !== undefined) {
    const values = (set['values'] ?? '').split(',').map((item) => item.trim());
    if (values.every((item) => value.test(item))) return { key: set['key'], operator: set['operator'] === 'in' ? 'In' : 'NotIn', values };
  }
  const equal = equality.exec(part)?.groups;
  if (equal?.['key'] !== undefined) return { key: equal['key'], operator: equal['operator'] === '!=' ? 'NotIn' : 'In', values: [equal['value'] ?? ''] };
  const present = presence.exec(part)?.groups;
  if (present?.['key'] !== undefined) return { key: present['key'], operator: present['negated'] === '' ? 'Exists' : 'DoesNotExist', values: [] };
  throw new KubeError('invalid', `"${text}" is not a label selector`);
}

interface FieldRequirement {
  readonly field: 'name' | 'namespace';
  readonly value: string;
  readonly negated: boolean;
}

const fieldRequirement = /^metadata\.(?<field>name|namespace)(?<operator>==?|!=)(?<value>[^=!,]*)$/;

function parseFieldSelector(text: string): readonly FieldRequirement[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const { field, operator, value = '' } = fieldRequirement.exec(part)?.groups ?? {};
    if (field !== 'name' && field !== 'namespace') throw new KubeError('invalid', `"${text}" is not a field selector that the local cluster knows: it takes metadata.name and metadata.namespace`);
    return { field, value, negated: operator === '!=' };
  });
}
