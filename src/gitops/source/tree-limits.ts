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
