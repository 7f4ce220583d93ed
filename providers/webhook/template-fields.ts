import { referenceGroup, type RequestSpec } from './spec.ts';

/** What templates can be told of the reference, of a read and of a write. */
const known: ReadonlySet<string> = new Set(['key', 'version', 'property', 'namespace', 'remoteKey', 'secretKey']);

const reference = new RegExp(String.raw`\.${referenceGroup}\b(?:\.([\p{L}\p{Nd}_]+))?`, 'gu');
/** A dot or a dollar sign that no name follows: the data as a whole. */
const whole = /(?:^|[^\p{L}\p{Nd}_)])[.$](?![\p{L}_])/u;

/**
 * Whether a template may depend on a field of the reference. Where it cannot be told from the text (`index`, `range`, the data as a whole)
 * it may: a consumer that is told apart for nothing costs a client, one that is not would get another's answer.
 */
export function mayUse(template: string, field: string): boolean {
  const code = template.slice(Math.max(0, template.indexOf('{{')), template.lastIndexOf('}}') + 2);
  if (!code.startsWith('{{')) return false;
  return code.includes(field) || whole.test(code) || [...code.matchAll(reference)].some(([, name]) => name === undefined || !known.has(name));
}

/** The fields of the reference that templates say by their names. */
export function namedFields(templates: readonly string[]): ReadonlySet<string> {
  return new Set(templates.flatMap((template) => Array.from(template.matchAll(reference), ([, name]) => name ?? '')));
}

/**
 * Whether a store is made for writing only: what it is asked for is a write, also where somebody only wants to see what is there.
 * @param fields that its templates name
 */
export function isForWriting({ method = 'GET', body = '' }: Pick<RequestSpec, 'method' | 'body'>, fields: ReadonlySet<string>): boolean {
  const isSafe = method === 'GET' || method === 'HEAD';
  const ofReads = ['key', 'version', 'property'].some((field) => fields.has(field));
  const ofWrites = [...fields].some((field) => field === 'remoteKey' || field === 'secretKey' || (field !== '' && !known.has(field)));
  return ofWrites ? !isSafe || !ofReads : !isSafe && !ofReads && body === '';
}
