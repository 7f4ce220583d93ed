/** A time as Kubernetes keeps it: RFC 3339, UTC, to the second. @param ms milliseconds since the epoch */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Reads a time of a manifest or a status: milliseconds since the epoch. Undefined for what is none. */
export function parseTimestamp(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
