import { createManifestReader, type ManifestReader } from '../manifest-reader.ts';
import type { Problem, RenderedObject } from '../../plan/plan.ts';
import type { ReleaseDocument } from './chart-engine.ts';
import { hookFate } from './helm-hooks.ts';

/** Objects of a release, and what is wrong with its documents. */
export interface ReleaseObjects {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly Problem[];
}

/** Bytes of documents of which one render of an Application remembers what they are. */
const mostBytes = 32 << 20;

/** What a release renders may hold secrets: no reader of its documents outlives the render of its Application. */
export function createReleaseReader(): ManifestReader {
  return createManifestReader(mostBytes);
}

/**
 * Reads the documents of a release. An object's origin is its template: where in it, nobody can tell.
 * @param reader shared by the renders of one Application with different values, in which most documents are the same
 */
export function releaseObjects(documents: readonly ReleaseDocument[], fileOf: (file: string) => string, reader: ManifestReader): ReleaseObjects {
  const objects: RenderedObject[] = [];
  const problems: Problem[] = [];
  for (const document of documents) {
    const origin = { file: fileOf(document.file), line: 1 };
    const read = reader.read(origin.file, Buffer.from(document.text));
    for (const problem of read.problems) problems.push({ ...problem, message: `what it renders: ${problem.message} (line ${problem.origin?.line ?? 1} of the document)`, origin });
    for (const { object } of read.manifests) {
      const fate = hookFate(object);
      const about = `hook ${object.kind} ${object.metadata.name}`;
      if (fate.kind === 'leftOut' && !fate.isTest) problems.push({ severity: 'warning', message: `${about} is not run: a rollback of a release is a sync like any other`, origin });
      if (fate.kind !== 'leftOut') objects.push({ object, origin, taint: [] });
    }
  }
  return { objects, problems };
}
