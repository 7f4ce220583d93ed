import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** The folders, below the root, of the packages that code was taken from; sorted. */
export function bundledPackages(metafile: Pick<Metafile, 'inputs'>): readonly string[] {
  const folders = Object.keys(metafile.inputs).flatMap((path) => {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  return [...new Set(folders)].toSorted();
}

/**
 * The licence texts of packages, as their licences ask whoever passes the code on to keep them.
 * A package that carries no text of its own is named with its licence's identifier.
 * @throws Error for a package that names no licence at all
 */
export function noticesFor(root: string, folders: readonly string[]): string {
  return folders
    .map((folder) => {
      const parsed = packageSchema.safeParse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
      if (!parsed.success) throw new Error(`${folder}/package.json names no licence: its code may not be passed on`);
      const { name, version, license } = parsed.data;
      const texts = licenceFiles(join(root, folder)).map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
      return [`${name} ${version} (${license})`, '-'.repeat(72), ...texts].join('\n');
    })
    .join('\n\n\n')
    .concat('\n');
}

function licenceFiles(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file) && !/\.(js|ts)$/.test(file)) : [];
}
