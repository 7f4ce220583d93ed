import type { DataShape, OutputKind, RenderJob, RenderProblem } from '../renderer.ts';
import { fromText } from '../value/byte-string.ts';
import { mapOf, stringMap, stringType } from '../value/go-type.ts';
import { GoMap } from '../value/value.ts';
import type { PackedValues } from './packed-values.ts';

/** Where in the bytes of a request something stands. */
type Span = readonly [start: number, end: number];

/** A request on its way to a thread: all of its bytes are in one buffer, which changes hands without a copy. */
export interface PackedRequest {
  readonly jobs: readonly { readonly name: string; readonly isConfidential: boolean; readonly output: OutputKind; readonly shape: DataShape; readonly template: Span; readonly data: number }[];
  /** Each map of data once, however many jobs have it. */
  readonly data: readonly (readonly { readonly key: string; readonly value: Span }[])[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A job as the thread renders it: byte strings. */
export interface UnpackedJob {
  readonly name: string;
  readonly isConfidential: boolean;
  readonly output: OutputKind;
  readonly shape: DataShape;
  readonly template: string;
  readonly data: GoMap;
}

/** What a thread says. */
export type Reply =
  /** It has loaded its program. */
  | { readonly kind: 'ready' }
  /** It has had nothing to do for a while. */
  | { readonly kind: 'idle' }
  /** The next job of the request is done; one for each, in order. */
  | { readonly kind: 'text'; readonly output: Uint8Array }
  | ({ readonly kind: 'stringMap' } & PackedValues)
  | { readonly kind: 'problem'; readonly problem: RenderProblem };

/** The bytes of all templates and data, data that several jobs have counted once. */
export function sizeOfJobs(jobs: readonly RenderJob[]): number {
  let size = 0;
  for (const { template } of jobs) size += template.size;
  for (const data of new Set(jobs.map((job) => job.data))) for (const [key, value] of data) size += key.length + value.size;
  return size;
}

/** Copies the jobs' bytes into one buffer. */
export function packRequest(jobs: readonly RenderJob[]): PackedRequest {
  const maps = [...new Set(jobs.map(({ data }) => data))];
  const positions = new Map(maps.map((data, index) => [data, index]));
  const pieces: Uint8Array[] = [];
  let size = 0;
  const take = (bytes: Uint8Array): Span => {
    pieces.push(bytes);
    size += bytes.length;
    return [size - bytes.length, size];
  };
  const data = maps.map((map) => Array.from(map, ([key, value]) => ({ key, value: take(value.reveal()) })));
  const packed = jobs.map((job) => ({
    name: job.name,
    isConfidential: job.isConfidential ?? false,
    output: job.output ?? 'text',
    shape: job.shape ?? 'flat',
    template: take(job.template.reveal()),
    data: positions.get(job.data) ?? 0,
  }));
  return { jobs: packed, data, bytes: concatenate(pieces, size) };
}

function concatenate(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** The jobs of a packed request. Jobs that had the same data have it again: templates cannot change a `map[string]string`. */
export function unpackRequest({ jobs, data, bytes }: PackedRequest): readonly UnpackedJob[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = ([start, end]: Span): string => buffer.toString('latin1', start, end);
  const maps = data.map((entries) => stringMap(entries.map(({ key, value }) => [fromText(key), read(value)])));
  return jobs.map((job) => ({
    name: fromText(job.name),
    isConfidential: job.isConfidential,
    output: job.output,
    shape: job.shape,
    template: read(job.template),
    data: job.shape === 'grouped' ? grouped(data[job.data] ?? [], read) : (maps[job.data] ?? stringMap([])),
  }));
}

/** A `map[string]map[string]string`. */
function grouped(entries: PackedRequest['data'][number], read: (span: Span) => string): GoMap {
  const groups = new Map<string, [string, string][]>();
  for (const { key, value } of entries) {
    const [group = '', ...rest] = key.split('\0');
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    if (rest.length > 0) members.push([fromText(rest.join('\0')), read(value)]);
  }
  return new GoMap(mapOf(mapOf(stringType)), new Map(Array.from(groups, ([group, members]) => [fromText(group), stringMap(members)])));
}
