import { ExecError } from '../../../lib/exec-error.ts';
import { findProgram } from '../../../lib/find-program.ts';
import type { Problem } from '../../plan/plan.ts';
import { inFolder } from '../../source/tree-limits.ts';
import { runChildProgram } from '../child-program.ts';
import { createManifestReader } from '../manifest-reader.ts';
import type { Rendered, Renderer, RenderInput } from '../renderer.ts';
import { kustomizationFiles } from '../tool-files.ts';
import { gatherKustomization } from './gather.ts';

/** How kustomize is run: by itself, or as part of kubectl. */
interface Kustomize {
  readonly program: string;
  readonly command: 'build' | 'kustomize';
}

/** What comes out of a program is not read twice. */
const forgetful = createManifestReader(0);

/** Kustomizations, with the kustomize program or that of kubectl: local bases only, no plugins, no network. @param path absent: PATH */
export function createKustomizeRenderer(path?: string): Renderer {
  return {
    name: 'kustomize',
    accepts: async ({ source, tree, path: folder }, signal) => {
      if (source.helm !== undefined || source.chart !== undefined) return false;
      if (source.isKustomization) return true;
      const files = new Set((await tree.list(folder, signal)).map((file) => file.path));
      return kustomizationFiles.some((name) => files.has(inFolder(folder, name)));
    },
    valueSources: async () => [],
    render: async (input, _values, signal) => {
      const { files, problems } = await gatherKustomization(input.tree, input.path, signal);
      if (problems.length > 0) return failed(problems);
      const kustomize = await findKustomize(path);
      if (kustomize === undefined) return failed([{ severity: 'error', message: 'this folder is a kustomization, and neither kustomize nor kubectl is in PATH; install one of them', origin: originOf(input, files) }]);
      return build(input, files, kustomize, signal);
    },
  };
}

async function findKustomize(path: string | undefined): Promise<Kustomize | undefined> {
  const kustomize = await findProgram('kustomize', path);
  if (kustomize !== undefined) return { program: kustomize, command: 'build' };
  const kubectl = await findProgram('kubectl', path);
  return kubectl === undefined ? undefined : { program: kubectl, command: 'kustomize' };
}

async function build(input: RenderInput, files: ReadonlyMap<string, Uint8Array>, { program, command }: Kustomize, signal: AbortSignal): Promise<Rendered> {
  const origin = originOf(input, files);
  try {
    const output = await runChildProgram(
      {
        program,
        args: (folder) => [command, '--load-restrictor', 'LoadRestrictionsRootOnly', input.path === '' ? folder : `${folder}/${input.path}`],
        files: [...files].map(([name, data]) => ({ name, data })),
      },
      signal,
    );
    const { manifests, problems } = forgetful.read(origin.file, output);
    return {
      objects: manifests.map(({ object }) => ({ object, origin, taint: [] })),
      problems: problems.map((problem) => ({ ...problem, message: `what it renders: ${problem.message} (line ${problem.origin?.line ?? 1})`, origin })),
    };
  } catch (error) {
    if (!(error instanceof ExecError)) throw error;
    return failed([{ severity: 'error', message: error.message, origin }]);
  }
}

function originOf({ path }: RenderInput, files: ReadonlyMap<string, Uint8Array>): { readonly file: string; readonly line: number } {
  const paths = kustomizationFiles.map((name) => inFolder(path, name));
  return { file: paths.find((file) => files.has(file)) ?? path, line: 1 };
}

function failed(problems: readonly Problem[]): Rendered {
  return { objects: [], problems };
}
