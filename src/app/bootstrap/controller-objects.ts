import { dirname } from 'node:path';
import { parseApplication } from '../../api/application.ts';
import type { KubeObject } from '../../api/object.ts';
import { compareObjects } from '../../gitops/plan/object-order.ts';
import { renderApplication } from '../../gitops/render/render-application.ts';
import { openHome } from '../../gitops/source/home.ts';
import { createResolver } from '../../gitops/source/resolver.ts';
import type { Clock } from '../../lib/clock.ts';
import { createChartMeans } from '../chart-means.ts';
import { shippedFolder } from '../shipped-folder.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions } from './bootstrap-options.ts';
import type { ControllerFacts } from './chart-values.ts';

/** Of the release; objects are called after it. */
const release = 'prelude';

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly forceString?: boolean;
}

/**
 * The objects of charts/prelude without its definitions, rendered as an Application of the chart would be, in the order in which they are written.
 * @throws BootstrapError for values that the chart does not take
 */
export async function renderController({ namespace, controller }: Pick<BootstrapOptions, 'namespace' | 'controller'>, { sealsByDefault }: ControllerFacts, clock: Clock, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const parameters: readonly Parameter[] = [
    // they are created before, and left alone where they are there
    { name: 'crds.install', value: 'false' },
    ...(sealsByDefault ? [{ name: 'sealedSecrets.enabled', value: 'true' }] : []),
    ...imageParameters(controller.image),
  ];
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: release, namespace },
    spec: {
      project: 'default',
      source: { repoURL: '.', targetRevision: 'HEAD', path: release, helm: { releaseName: release, parameters, ...(controller.values === undefined ? {} : { values: controller.values }) } },
      destination: { server: 'https://kubernetes.default.svc', namespace },
    },
  });
  if (!parsed.ok) throw new Error('the Application of the chart does not parse');
  const means = createChartMeans(clock);
  try {
    const resolver = createResolver({ home: await openHome(dirname(shippedFolder(`charts/${release}`)), {}, signal) });
    const { rendered } = await renderApplication(parsed.value, { resolver, renderers: means.renderers }, signal);
    const problems = rendered.problems.filter(({ severity }) => severity === 'error');
    if (problems.length > 0) throw new BootstrapError(`the controller cannot be rendered with these values: ${problems.map(({ message }) => message).join('; ')}`);
    return rendered.objects.toSorted(compareObjects).map(({ object }) => object);
  } finally {
    await means.close();
  }
}

/** A colon before the last slash belongs to the registry's port. */
function imageParameters(image: string | undefined): readonly Parameter[] {
  if (image === undefined) return [];
  const [, repository, tag, digest] = /^([^@\s]+?)(?::([^:/@\s]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  if (repository === undefined) throw new BootstrapError(`${JSON.stringify(image)} is no image; write registry.example/prelude:1.2.3, or add @sha256:…`);
  return [
    { name: 'image.repository', value: repository },
    ...(tag === undefined ? [] : [{ name: 'image.tag', value: tag, forceString: true }]),
    ...(digest === undefined ? [] : [{ name: 'image.digest', value: digest }]),
  ];
}
