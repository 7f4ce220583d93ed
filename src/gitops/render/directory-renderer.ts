import type { Problem, RenderedObject } from '../plan/plan.ts';
import { isSourceError } from '../source/source-error.ts';
import type { LeftOut, SourceFile, SourceTree } from '../source/source-tree.ts';
import { selectDirectoryFiles, selectLeftOut } from './directory-files.ts';
import type { Manifest, ManifestFile, ManifestReader } from './manifest-reader.ts';
import type { Rendered, Renderer, RenderInput } from './renderer.ts';

/** Bytes of all manifests of one Application together; Argo CD's default is 10 MB. */
const mostBytes = 10 << 20;

/** Argo CD's: a file whose text holds this is left out. */
const skipMarker = '+argocd:skip-file-rendering';

/** Errors, because the objects of what silently went missing would be pruned. */
const whyLeftOut: Readonly<Record<LeftOut['kind'], string>> = {
  link: 'is a symbolic link, which is not followed; commit the file itself',
  linkedFolder: 'is a symbolic link to a folder, which is not followed; commit the files themselves, or name it in directory.exclude',
  submodule: 'is a submodule, which is not read; commit the files themselves, or name it in directory.exclude',
};

/** Plain manifests: YAML and JSON files of a folder. */
export function createDirectoryRenderer(reader: ManifestReader): Renderer {
  return {
    name: 'directory',
    accepts: async () => true,
    valueSources: async () => [],
    render: (input, _values, signal) => renderDirectory(input, reader, signal),
  };
}

async function renderDirectory({ source, field: place, tree, path }: RenderInput, reader: ManifestReader, signal: AbortSignal): Promise<Rendered> {
  const selected = selectDirectoryFiles(await tree.list(path, signal), path, source.directory);
  const leftOut = selectLeftOut(await tree.leftOut(path, signal), path, source.directory);
  const problems: Problem[] = [
    ...leftOut.map(({ path: file, kind }): Problem => ({ severity: 'error', message: whyLeftOut[kind], origin: { file, line: 1 } })),
    ...selected.malformed.map((field): Problem => ({ severity: 'error', message: 'is not a glob', path: `${place}.directory.${field}` })),
    ...selected.jsonnet.map((file): Problem => ({ severity: 'error', message: 'Jsonnet is not supported', origin: { file: file.path, line: 1 } })),
  ];
  const bytes = selected.taken.reduce((sum, { size }) => sum + size, 0);
  if (bytes > mostBytes) {
    problems.push({ severity: 'error', message: `the manifests are larger than ${mostBytes} bytes together`, path: `${place}.path` });
    return { objects: [], problems };
  }
  const objects: RenderedObject[] = [];
  for (const file of await readAll(tree, selected.taken, signal)) {
    if ('severity' in file) {
      problems.push(file);
      continue;
    }
    if (file.content.includes(skipMarker)) continue;
    const read: ManifestFile = reader.read(file.path, file.content);
    problems.push(...read.problems);
    objects.push(...read.manifests.map(renderedOf));
  }
  return { objects, problems };
}

/** What is encrypted is hidden wherever the object is shown: ciphertexts are long, and say nothing. */
function renderedOf({ object, origin, lineOf, sops, sopsEntries }: Manifest): RenderedObject {
  const taint = [...(sops?.encrypted ?? []), ...(sopsEntries ?? []).map(({ field, key }) => [field, key])];
  return { object, origin, lineOf, taint, ...(sops === undefined ? {} : { sops: sops.source }), ...(sopsEntries === undefined ? {} : { sopsEntries }) };
}

type ReadFile = { readonly path: string; readonly content: Buffer } | Problem;

/** Asked for together, so that a Git tree answers them in few batches. */
function readAll(tree: SourceTree, files: readonly SourceFile[], signal: AbortSignal): Promise<readonly ReadFile[]> {
  return Promise.all(
    files.map(async (file): Promise<ReadFile> => {
      try {
        return { path: file.path, content: Buffer.from(await tree.read(file, signal)) };
      } catch (error) {
        if (!isSourceError(error, 'tooLarge', 'absent')) throw error;
        return { severity: 'error', message: error.message, origin: { file: file.path, line: 1 } };
      }
    }),
  );
}
