import { SecretBytes } from '../lib/secret-bytes.ts';
import { JsonTextError, jsonMembers, jsonValue } from './json-text.ts';
import { ProviderError } from './provider-error.ts';

/**
 * A JSON object with one member set to a text, for values that are pushed into a property: `a.b` is the member `b` of the object `a`,
 * a backslash takes the dot its meaning. All else stays as it is written, in its order.
 * @param object absent or empty: there is none yet
 * @throws ProviderError `invalid` where what is there is no JSON object, or the text is no UTF-8; never quotes it
 */
export function setMember(object: SecretBytes | undefined, property: string, member: SecretBytes): SecretBytes {
  const text = textOf(member, 'the value to push into a property');
  return SecretBytes.fromUtf8(set(object === undefined || object.size === 0 ? '{}' : objectText(object), stepsOf(property), JSON.stringify(text)));
}

/**
 * A JSON object without one member; an object that loses its last member goes, too, up to the whole, which is undefined then.
 * `same` where there is no such member.
 * @throws ProviderError `invalid` where what is there is no JSON object
 */
export function removeMember(object: SecretBytes, property: string): SecretBytes | 'same' | undefined {
  const before = objectText(object);
  const after = remove(before, stepsOf(property));
  if (after === undefined) return undefined;
  return after === before ? 'same' : SecretBytes.fromUtf8(after);
}

/** Whether a JSON object has a member. @throws ProviderError `invalid` where what is there is no JSON object */
export function hasMember(object: SecretBytes, property: string): boolean {
  return removeMember(object, property) !== 'same';
}

function set(raw: string, [key = '', ...rest]: readonly string[], value: string): string {
  const members = [...jsonMembers(raw)];
  const inner = (existing: string | undefined): string => (rest.length === 0 ? value : set(existing?.startsWith('{') === true ? existing : '{}', rest, value));
  const known = members.some((member) => member.key === key);
  const changed = members.map((member) => (member.key === key ? { key, raw: inner(member.raw) } : member));
  return print(known ? changed : [...changed, { key, raw: inner(undefined) }]);
}

function remove(raw: string, [key = '', ...rest]: readonly string[]): string | undefined {
  const members = [...jsonMembers(raw)];
  if (!members.some((member) => member.key === key && (rest.length === 0 || member.raw.startsWith('{')))) return raw;
  const left = members.flatMap((member) => {
    if (member.key !== key) return [member];
    const inner = rest.length === 0 ? undefined : remove(member.raw, rest);
    return inner === undefined ? [] : [{ key, raw: inner }];
  });
  if (left.length === members.length && left.every((member, index) => member.raw === members[index]?.raw)) return raw;
  return left.length === 0 ? undefined : print(left);
}

function print(members: readonly { readonly key: string; readonly raw: string }[]): string {
  return `{${members.map(({ key, raw }) => `${JSON.stringify(key)}:${raw}`).join(',')}}`;
}

function stepsOf(property: string): readonly string[] {
  const steps = [''];
  for (const [, escaped, plain = ''] of property.matchAll(/\\(.)|(.)/gsu)) {
    if (plain === '.') steps.push('');
    else steps[steps.length - 1] += escaped ?? plain;
  }
  if (steps.includes('')) throw new ProviderError('invalid', `property ${JSON.stringify(property.slice(0, 200))} has an empty step`);
  return steps;
}

function objectText(value: SecretBytes): string {
  const what = 'what is there';
  try {
    const text = jsonValue(textOf(value, what));
    if (text.startsWith('{')) return text;
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new ProviderError('invalid', `${what} is not JSON, so it has no properties: ${error.message}`);
  }
  throw new ProviderError('invalid', `${what} is JSON, but not an object, so it has no properties`);
}

function textOf(value: SecretBytes, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal());
  } catch {
    throw new ProviderError('invalid', `${what} is not UTF-8 text`);
  }
}
