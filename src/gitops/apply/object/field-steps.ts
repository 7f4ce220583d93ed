import { isDeepStrictEqual } from 'node:util';

/** A step to a field: a name, an index, or what tells one item of a list from the others. */
export type FieldStep = string | number | { readonly keys: Readonly<Record<string, unknown>> } | { readonly value: unknown };
export type FieldSteps = readonly FieldStep[];

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function holds(item: unknown, keys: Fields): boolean {
  return isFields(item) && Object.entries(keys).every(([name, value]) => isDeepStrictEqual(item[name], value));
}

/** The index in a list that a step means; -1 where it means none. */
function indexIn(list: readonly unknown[], step: FieldStep): number {
  if (typeof step === 'object') return list.findIndex((item) => ('keys' in step ? holds(item, step.keys) : isDeepStrictEqual(item, step.value)));
  const index = typeof step === 'number' ? step : /^(0|[1-9]\d{0,8})$/.test(step) ? Number(step) : -1;
  return index < list.length ? index : -1;
}

/** What is at a path; undefined where nothing is. */
export function valueAt(value: unknown, steps: FieldSteps): unknown {
  let at = value;
  for (const step of steps) {
    if (Array.isArray(at)) at = at[indexIn(at, step)];
    else at = isFields(at) && typeof step === 'string' && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** A copy in which what is at a path is another thing, or gone where that is undefined. A path that leads nowhere changes nothing. */
export function withValueAt(value: unknown, [step, ...rest]: FieldSteps, next: unknown): unknown {
  if (step === undefined) return next;
  if (Array.isArray(value)) {
    const index = indexIn(value, step);
    if (index < 0) return value;
    const item = withValueAt(value[index], rest, next);
    return item === undefined ? value.toSpliced(index, 1) : value.with(index, item);
  }
  if (!isFields(value) || typeof step !== 'string' || !Object.hasOwn(value, step)) return value;
  const { [step]: field, ...others } = value;
  const changed = withValueAt(field, rest, next);
  return changed === undefined ? others : { ...value, [step]: changed };
}

const deepest = 64;

/** The value behind `f:`, `k:`, `v:` or `i:` of one step of fieldsV1. */
function readStep(text: string): FieldStep | undefined {
  const [sort, rest] = [text.slice(0, 2), text.slice(2)];
  if (sort === 'f:') return rest;
  try {
    const parsed: unknown = JSON.parse(rest);
    if (sort === 'k:' && isFields(parsed)) return { keys: parsed };
    if (sort === 'v:') return { value: parsed };
    return sort === 'i:' && typeof parsed === 'number' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The fields that an entry of managedFields lists (structured-merge-diff's fieldsV1). Who made an item of a list has all of it; who made a
 * map has only what it put there, as others may have put more.
 */
export function ownedFields(fieldsV1: unknown, before: FieldSteps = []): readonly FieldSteps[] {
  if (!isFields(fieldsV1) || before.length > deepest) return [];
  const names = Object.keys(fieldsV1);
  const last = before.at(-1);
  const isItem = typeof last === 'object' && names.includes('.');
  if (isItem || names.length === 0 || (names.length === 1 && names[0] === '.')) return before.length === 0 ? [] : [before];
  return names.flatMap((name) => {
    const step = name === '.' ? undefined : readStep(name);
    return step === undefined ? [] : ownedFields(fieldsV1[name], [...before, step]);
  });
}
