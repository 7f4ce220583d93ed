import { z } from 'zod';

/** Fields as they stand in the manifest. */
type Verbatim = Readonly<Record<string, unknown>>;

/** A revision and its source as the rest of the product has them: of several, `{ sources }`, and all revisions separated by commas. */
export interface SourceRecord {
  readonly revision?: string;
  readonly source?: Verbatim;
}

/** The same as Argo CD writes it: several have fields of their own. */
export interface WireRecord {
  readonly revision?: string | undefined;
  readonly revisions?: readonly string[] | undefined;
  readonly source?: Verbatim | undefined;
  readonly sources?: readonly unknown[] | undefined;
}

const verbatim = z.record(z.string(), z.unknown());

/** Argo CD's fields for one source or several. */
export const sourceFields = { source: verbatim.exactOptional(), sources: z.array(verbatim).exactOptional() };
/** Argo CD's fields for the revision of one source, or of several. */
export const revisionFields = { revision: z.string().exactOptional(), revisions: z.array(z.string()).exactOptional() };

/** Reads Argo CD's fields. */
export function fromWire({ revision, revisions, source, sources }: WireRecord): SourceRecord {
  const joined = revisions === undefined || revisions.length === 0 ? revision : revisions.join(',');
  const read = sources === undefined ? source : { sources };
  return { ...(joined === undefined ? {} : { revision: joined }), ...(read === undefined ? {} : { source: read }) };
}

function several({ source }: SourceRecord): readonly unknown[] | undefined {
  const sources = source?.['sources'];
  return Array.isArray(sources) ? sources : undefined;
}

/** Argo CD's fields of where something came from. */
export function toWireSource(record: SourceRecord): WireRecord {
  const sources = several(record);
  if (sources !== undefined) return { sources };
  return record.source === undefined ? {} : { source: record.source };
}

/** Argo CD's fields of what it came to; `isSeveral` says of which kind the source beside it is. */
export function toWireRevision({ revision }: SourceRecord, isSeveral: boolean): WireRecord {
  if (revision === undefined) return {};
  return isSeveral ? { revisions: revision.split(',') } : { revision };
}

/** Whether a record is about several sources. */
export function isOfSeveral(record: SourceRecord): boolean {
  return several(record) !== undefined;
}
