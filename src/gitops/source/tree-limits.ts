/** Bounds of what is read from one repository. */
export interface TreeLimits {
  readonly files: number;
  /** Of one file. */
  readonly fileBytes: number;
  /** Milliseconds for one listing or one batch of reads. */
  readonly deadline: number;
}

export const defaultTreeLimits: TreeLimits = { files: 100_000, fileBytes: 4 << 20, deadline: 60_000 };

/** Whether a file is `folder` or below it; the empty folder holds everything. Both are relative with forward slashes. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The path of a file in a folder; the empty folder is the root. */
export function inFolder(folder: string, file: string): string {
  return folder === '' ? file : `${folder}/${file}`;
}

/**
 * The files that are `folder` or below it. A repository is asked once for each of its many folders, so this does not look at all files.
 * @param files sorted by path, by UTF-16 units
 */
export function filesWithin<T extends { readonly path: string }>(files: readonly T[], folder: string): readonly T[] {
  if (folder === '') return files;
  const at = lowerBound(files, folder);
  const itself = files[at]?.path === folder ? files.slice(at, at + 1) : [];
  // '0' is what follows '/'
  return [...itself, ...files.slice(lowerBound(files, `${folder}/`), lowerBound(files, `${folder}0`))];
}

/** The index of the first file whose path is not less than `path`. */
function lowerBound(files: readonly { readonly path: string }[], path: string): number {
  let [low, high] = [0, files.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((files[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
