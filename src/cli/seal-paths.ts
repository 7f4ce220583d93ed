import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeAtomically } from '../lib/write-atomically.ts';
import { readFailure } from '../seal/certificate-source.ts';
import { SealError } from '../seal/seal-error.ts';
import { sealFile, type SealedFile } from '../seal/seal-file.ts';
import type { SealChoices } from '../seal/seal-secret.ts';
import type { NamedCertificate } from './seal-files-read.ts';

/** How files are sealed, and where what is sealed goes. */
export interface SealPathsOptions {
  readonly certificates: readonly NamedCertificate[];
  readonly choices: SealChoices;
  readonly inPlace: boolean;
  readonly outputFolder?: string;
  /** Files and folders that were named: below `outputFolder` files stand as they stand below these. */
  readonly roots: readonly string[];
}

interface Output {
  readonly path: string;
  readonly text: string;
}

/** What came of some files. */
export interface SealedPaths {
  /** Where the outputs go; they are kept until `write`. */
  readonly paths: readonly string[];
  readonly problems: readonly string[];
  /** Why files were left alone: templates of charts. */
  readonly passedOver: readonly string[];
}

/** Seals files, and writes what came of them once it is told to. */
export interface PathSealer {
  /** @throws SealError where a file cannot be read */
  readonly seal: (paths: readonly string[]) => Promise<SealedPaths>;
  /** Every file is replaced whole. @throws the signal's reason, between files */
  readonly write: (signal: AbortSignal) => Promise<void>;
}

/** Files that are flushed to the disk at once: one after the other each would wait for the disk. */
const batch = 32;

/** Seals in this thread. */
export function createPathSealer(options: SealPathsOptions): PathSealer {
  const outputs: Output[] = [];
  const seal = async (path: string, text: string, { name, certificate }: NamedCertificate): Promise<Output | undefined> => {
    const sealed = await sealFile(text, { ...options.choices, where: path, certificate, randomBytes });
    return sealed === undefined ? undefined : outputOf(path, sealed, options, options.certificates.length > 1 ? name : '');
  };
  return {
    seal: async (files) => {
      const [paths, problems, passedOver]: [string[], string[], string[]] = [[], [], []];
      for (const path of files) {
        // whoever shares the work must be heard
        await setImmediate();
        const text = read(path);
        if (!text.includes('Secret')) continue;
        for (const certificate of options.certificates) {
          try {
            const output = await seal(path, text, certificate);
            if (output === undefined) continue;
            outputs.push(output);
            paths.push(output.path);
          } catch (error) {
            if (!(error instanceof SealError)) throw error;
            // a chart's template cannot be read, and holds no value as a rule
            (/\{\{/.test(text) ? passedOver : problems).push(error.message);
          }
        }
      }
      return { paths, problems, passedOver };
    },
    write: async (signal) => {
      for (const folder of new Set(outputs.map(({ path }) => dirname(path)))) await mkdir(folder, { recursive: true });
      for (let at = 0; at < outputs.length; at += batch) {
        signal.throwIfAborted();
        await Promise.all(outputs.slice(at, at + batch).map(async ({ path, text }) => await writeAtomically(path, text)));
      }
    },
  };
}

/** At once: to hand a small file to the pool and back takes longer than to read it, and this thread has nothing else to do. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SealError(`open ${path}: ${readFailure(error)}`);
  }
}

function outputOf(path: string, { inPlace, alone }: SealedFile, options: SealPathsOptions, certificate: string): Output {
  if (options.inPlace) return { path, text: inPlace() };
  const beside = path.replace(/(\.[^.]+)?$/, '.sealed$1');
  if (options.outputFolder === undefined) return { path: beside, text: alone };
  const root = options.roots.find((one) => path === one || path.startsWith(one.endsWith('/') ? one : `${one}/`)) ?? '.';
  const below = relative(root, beside);
  return { path: join(options.outputFolder, certificate, below === '' || below.startsWith('..') ? (beside.split('/').at(-1) ?? beside) : below), text: alone };
}
