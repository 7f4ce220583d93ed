import type { Happening } from './triggers.ts';

/**
 * Where it stands on an Application what was told of it: a JSON map of names to seconds since the epoch. It is Argo CD's own annotation, which its
 * controllers keep when they write Applications; names are ours, and those of its notifications are left as they are.
 */
export const toldAnnotation = 'notified.notifications.argoproj.io';

export type ToldRecord = ReadonlyMap<string, number>;

/** As many as Argo CD's notifications keep. */
const mostKept = 100;

/** What does not parse is forgotten: then something is told twice. */
export function readTold(annotations: Readonly<Record<string, string>> | undefined): ToldRecord {
  try {
    const parsed: unknown = JSON.parse(annotations?.[toldAnnotation] ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return new Map();
    return new Map(Object.entries(parsed).flatMap(([name, at]: [string, unknown]) => (typeof at === 'number' ? [[name, at] as const] : [])));
  } catch {
    return new Map();
  }
}

/** The annotation with more on record; the oldest go, and what was told of the same state before. */
export function addTold(record: ToldRecord, { id, subject, at }: Pick<Happening, 'id' | 'subject' | 'at'>, service: string): string {
  const name = toldName(id, service);
  const entries = [...record].filter(([other]) => other !== name && (subject === undefined || stateIn(other, subject, service) === undefined));
  const kept = [...entries, [name, Math.floor(at / 1000)] as const].toSorted(([, a], [, b]) => a - b).slice(-mostKept);
  return JSON.stringify(Object.fromEntries(kept));
}

/** A state that was told, and since when it is so, in milliseconds since the epoch. */
export interface ToldState {
  readonly state: string;
  readonly at: number;
}

/** The last state of a subject that a service was told; undefined where that is on no record. */
export function lastToldState(record: ToldRecord, subject: string, service: string): ToldState | undefined {
  return [...record].flatMap(([name, at]) => {
    const state = stateIn(name, subject, service);
    return state === undefined ? [] : [{ state, at: at * 1_000 }];
  }).at(-1);
}

function stateIn(name: string, subject: string, service: string): string | undefined {
  return name.startsWith(`${subject}:`) && name.endsWith(`:${service}`) ? name.slice(subject.length + 1).split(':')[0] : undefined;
}

/** What one service was told goes by. */
export function toldName(id: string, service: string): string {
  return `${id}:${service}`;
}
