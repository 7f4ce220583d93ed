import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { externalSecretFunctions } from '../../src/template/external-secret-functions.ts';
import type { RenderResult, TemplateRenderer } from '../../src/template/renderer.ts';
import { defaultLimits } from '../../src/template/worker/limits.ts';
import { packRequest, unpackRequest } from '../../src/template/worker/packed-request.ts';
import { unpackValues } from '../../src/template/worker/packed-values.ts';
import { createJobRenderer } from '../../src/template/worker/render-jobs.ts';

/** Renders in the test's own thread what workers render otherwise: the same but for their limits of time and memory. */
export function createThreadRenderer(): TemplateRenderer {
  const renderJobs = createJobRenderer({ limits: defaultLimits, functions: externalSecretFunctions, now: Date.now });
  return {
    render: ({ jobs }) =>
      Promise.resolve(
        Array.from(renderJobs(unpackRequest(packRequest(jobs))), (result): RenderResult => {
          if (result.kind === 'problem') return { ok: false, problem: result.problem };
          return result.kind === 'text' ? { ok: true, kind: 'text', output: new SecretBytes(result.output) } : { ok: true, kind: 'stringMap', values: unpackValues(result) };
        }),
      ),
  };
}
