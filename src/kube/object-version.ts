import { z } from 'zod';
import type { KubeObject } from '../api/object.ts';

/** What is kept of an object whose content is read only when it is needed: enough to see that it has changed. */
export interface ObjectVersion {
  /** Opaque: equal while the object is the same and has the same content. */
  readonly version: string;
  /** When it was last written, in milliseconds since the epoch and to the second, by the API server's clock; 0 where that is not known. */
  readonly writtenAt: number;
}

const written = z.object({ time: z.string() });

/** Projects an object, of which the metadata is enough. */
export function objectVersion({ metadata }: KubeObject): ObjectVersion {
  const { uid = '', resourceVersion = '', creationTimestamp, managedFields = [] } = metadata;
  const writes = managedFields.flatMap((entry) => written.safeParse(entry).data?.time ?? []);
  const times = [...writes, ...(creationTimestamp === undefined ? [] : [creationTimestamp])].map((time) => Date.parse(time));
  return { version: `${uid}/${resourceVersion}`, writtenAt: Math.max(0, ...times.filter((time) => !Number.isNaN(time))) };
}
