/** The offset from UTC in force at some moment, and where. Named zones are resolved to one of these before a time is printed. */
export interface Zone {
  /** Of the place, as time.Location prints. */
  readonly name: string;
  /** `CET`; empty where a time was read with nothing but an offset. */
  readonly abbreviation: string;
  /** Seconds east of UTC. */
  readonly offset: number;
}

export const utc: Zone = { name: 'UTC', abbreviation: 'UTC', offset: 0 };

/** The controller's own zone must not change what a Secret holds: wherever it runs, local time is UTC, as in a container without zones. */
export const local: Zone = { name: 'UTC', abbreviation: 'UTC', offset: 0 };

/** A zone that only a time that was read knows of. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, abbreviation, offset };
}
