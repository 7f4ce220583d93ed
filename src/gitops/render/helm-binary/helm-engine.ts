import { ExecError } from '../../../lib/exec-error.ts';
import { findProgram } from '../../../lib/find-program.ts';
import { runChildProgram } from '../child-program.ts';
import type { ChartEngine, Release, ReleaseRequest } from '../helm/chart-engine.ts';
import type { Capabilities } from '../helm/engine/capabilities.ts';
import { capabilitiesFor, noteAsked } from '../helm/live-capabilities.ts';
import { splitOutput } from './split-output.ts';

/** Folders that Helm would look for configuration, caches and plugins in; none exists. */
const folders = ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME', 'HELM_PLUGINS', 'HELM_REPOSITORY_CACHE', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'];

/** Renders with the helm program. @param program absent: the one in PATH */
export function createHelmEngine(program?: string): ChartEngine {
  return {
    name: 'helm',
    render: async (request, signal) => {
      const found = program ?? (await findProgram('helm'));
      if (found === undefined) return failed('the helm program is not in PATH; install it, or render with prelude.dev/renderer: builtin');
      const told = await toldOf(request, signal);
      try {
        const output = await runChildProgram(
          {
            program: found,
            args: (folder) => argumentsFor({ ...request, ...told }, folder),
            files: request.files,
            // values may hold secrets: they are in no argument and no file
            stdin: Buffer.from(JSON.stringify(request.values, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))),
            env: (home) => Object.fromEntries(folders.map((name) => [name, `${home}/${name}`])),
            ...(request.isConfidential ? { redact: () => '' } : {}),
          },
          signal,
        );
        return { ok: true, documents: splitOutput(output.toString('utf8')) };
      } catch (error) {
        if (!(error instanceof ExecError)) throw error;
        return failed(request.isConfidential && error.kind === 'failed' ? 'helm cannot render the chart; why is not told, because values of Secrets are among its values' : error.message);
      }
    },
  };
}

function failed(message: string): Release {
  return { ok: false, problems: [{ message }] };
}

/** The program can ask no cluster: it is told all of its capabilities, as Argo CD tells it. */
async function toldOf(request: ReleaseRequest, signal: AbortSignal): Promise<Partial<Capabilities>> {
  if (request.live === undefined) return {};
  noteAsked(request);
  return capabilitiesFor(request, signal);
}

function argumentsFor({ name, namespace, kubeVersion, apiVersions, skipCrds, skipSchemaValidation }: ReleaseRequest, folder: string): readonly string[] {
  return [
    ...['template', name, folder, '--namespace', namespace, '--values', '-'],
    ...(kubeVersion === undefined ? [] : ['--kube-version', kubeVersion]),
    ...apiVersions.flatMap((version) => ['--api-versions', version]),
    ...(skipCrds ? [] : ['--include-crds']),
    ...(skipSchemaValidation ? ['--skip-schema-validation'] : []),
  ];
}
