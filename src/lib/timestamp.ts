/** A time as Kubernetes keeps it: RFC 3339, UTC, to the second. @param ms milliseconds since the epoch */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
