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

/** The annotation with more on record; the oldest go. @param at milliseconds since the epoch */
export function addTold(record: ToldRecord, name: string, at: number): string {
  const entries = [...record].filter(([other]) => other !== name);
  const kept = [...entries, [name, Math.floor(at / 1000)] as const].toSorted(([, a], [, b]) => a - b).slice(-mostKept);
  return JSON.stringify(Object.fromEntries(kept));
}

/** What one service was told goes by. */
export function toldName(id: string, service: string): string {
  return `${id}:${service}`;
}
