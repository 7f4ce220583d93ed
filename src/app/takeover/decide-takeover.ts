import type { UpstreamDefinition } from './definitions.ts';
import type { ReleaseName } from './helm-release.ts';
import { competes, type LiveOperator, liveOperators } from './live-operator.ts';
import type { TakeoverFacts } from './observe-takeover.ts';
import type { TakeoverAction, TakeoverStep } from './takeover-step.ts';
import { notesOf } from './takeover-notes.ts';
import { isLive, type UpstreamDeployment } from './upstream-deployment.ts';
import { isDead } from './webhook-configurations.ts';

/** What is to be done before Prelude takes over, and what else is worth knowing. */
export interface TakeoverReport {
  /** Nothing is in the way. */
  readonly ready: boolean;
  /** In the order in which they are to be done. */
  readonly steps: readonly TakeoverStep[];
  readonly notes: readonly string[];
}

export interface DecideTakeoverOptions {
  readonly controllerClass: string;
  /** Flags that lead kubectl to the same cluster, e.g. ` --context prod`; empty or with a leading space. */
  readonly kubectlFlags: string;
  readonly helmFlags: string;
  /** Remove upstream's admission webhooks although somebody answers them. */
  readonly removeWebhooks: boolean;
}

/** Says what stands in the way. Pure. */
export function decideTakeover(facts: TakeoverFacts, options: DecideTakeoverOptions): TakeoverReport {
  const steps = [
    ...keepDefinitions(facts, options),
    ...keepInRecords(facts, options),
    ...keepFromPruning(facts, options),
    ...stopControllers(facts, options),
    ...removeWebhooks(facts, options),
    ...releaseNamespaces(facts, options),
    ...stopConversion(facts, options),
    ...missingVersions(facts),
    ...unservedObjects(facts),
  ];
  return { ready: steps.length === 0, steps, notes: notesOf(facts, options.controllerClass) };
}

/** Controllers of upstream's that would write the same Secrets. */
export function rivals({ operator }: Pick<TakeoverFacts, 'operator'>, controllerClass: string): readonly LiveOperator[] {
  return liveOperators(operator).filter((one) => competes(one, controllerClass));
}

const lossOf = 'deleting a definition deletes every object of its kind, and with ExternalSecrets every Secret they own';

/** Those whose release would take them along. */
function endangered(definitions: readonly UpstreamDefinition[]): readonly UpstreamDefinition[] {
  return definitions.filter(({ release }) => release !== undefined && release.record !== 'keeps' && release.record !== 'no longer has');
}

function keepDefinitions({ definitions }: TakeoverFacts, { kubectlFlags }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const bare = endangered(definitions).filter(({ kept }) => !kept);
  if (bare.length === 0) return [];
  return [
    {
      title: `have Helm keep ${counted(bare.length, 'definition')} when a later version of the chart leaves them out`,
      why: lossOf,
      commands: [`kubectl${kubectlFlags} annotate crd helm.sh/resource-policy=keep --overwrite ${bare.map(({ name }) => name).join(' ')}`],
      action: { kind: 'keep definitions', definitions: bare },
    },
  ];
}

/** `helm uninstall` asks its own record, whatever the objects in the cluster say. */
function keepInRecords({ definitions }: TakeoverFacts, { helmFlags }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const releases = new Map<string, ReleaseName & { readonly version?: string; readonly count: number }>();
  for (const { release } of endangered(definitions)) {
    if (release === undefined) continue;
    const id = `${release.namespace}/${release.name}`;
    releases.set(id, { ...release, count: (releases.get(id)?.count ?? 0) + 1 });
  }
  return [...releases].map(([id, { namespace, name, version, count }]) => ({
    title: `do not uninstall release ${id}: it would delete ${counted(count, 'definition')}; have its record keep them first`,
    why: `helm uninstall goes by the release's own record and not by annotations in the cluster; ${lossOf}`,
    commands: [
      `helm${helmFlags} upgrade ${name} external-secrets --repo https://charts.external-secrets.io -n ${namespace}${version === undefined ? '' : ` --version ${version}`} --reuse-values` +
        ` --set-string 'crds.annotations.helm\\.sh/resource-policy=keep' --set replicaCount=0,webhook.create=false,certController.create=false`,
    ],
  }));
}

function keepFromPruning({ definitions }: TakeoverFacts, { kubectlFlags }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const pruned = definitions.filter(({ prunedBy }) => prunedBy !== undefined);
  if (pruned.length === 0) return [];
  const applications = [...new Set(pruned.map(({ prunedBy }) => prunedBy))].join(', ');
  return [
    {
      title: `have Argo CD keep ${counted(pruned.length, 'definition')} when Application ${applications} is deleted or no longer has them`,
      why: lossOf,
      commands: [`kubectl${kubectlFlags} annotate crd argocd.argoproj.io/sync-options=Prune=false,Delete=false --overwrite ${pruned.map(({ name }) => name).join(' ')}`],
    },
  ];
}

function stopControllers(facts: TakeoverFacts, { controllerClass, kubectlFlags }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const live = rivals(facts, controllerClass);
  if (live.length === 0) return [];
  const deployments = rivalDeployments(facts, controllerClass);
  return [
    {
      title: `stop ${live.map(({ label }) => label).join(', ')}`,
      why: `it serves controller class "${controllerClass}" too, and two controllers of one class would write the same Secrets`,
      commands: deployments.map(({ namespace, name }) => `kubectl${kubectlFlags} -n ${namespace} scale deployment/${name} --replicas=0`),
      ...(deployments.length === 0 ? {} : { action: { kind: 'scale down', deployments } satisfies TakeoverAction }),
    },
  ];
}

function rivalDeployments({ operator }: TakeoverFacts, controllerClass: string): readonly UpstreamDeployment[] {
  return operator.deployments.filter((one) => one.role === 'controller' && isLive(one) && one.controllerClass === controllerClass);
}

function removeWebhooks({ webhooks }: TakeoverFacts, { kubectlFlags, removeWebhooks: all }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const going = webhooks.filter((one) => all || (isDead(one) && one.guards.length > 0));
  if (going.length === 0) return [];
  const dead = going.filter(isDead);
  const [first] = dead;
  const guards = [...new Set(dead.flatMap((one) => one.guards))].join(', ');
  const why = first === undefined ? 'as you asked' : `its Service ${first.service?.namespace}/${first.service?.name} is ${first.service?.state}, so that no ${guards} can be written`;
  return [
    {
      title: `remove ${counted(going.length, 'admission webhook')}${first === undefined ? '' : ' that nobody answers'}`,
      why,
      commands: [`kubectl${kubectlFlags} delete validatingwebhookconfiguration ${going.map(({ name }) => name).join(' ')}`],
      action: { kind: 'remove webhooks', webhooks: going },
    },
  ];
}

/** Not beside one of another class, which stays: it puts them there again. */
function releaseNamespaces({ survey, operator }: TakeoverFacts, { controllerClass }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const count = survey.finalizers.filter(({ kind }) => kind === 'Namespace').reduce((sum, one) => sum + one.count, 0);
  if (count === 0 || liveOperators(operator).some((one) => !competes(one, controllerClass))) return [];
  return [
    {
      title: `take the finalizers of External Secrets off ${counted(count, 'Namespace')}`,
      why: "it puts one on every Namespace that a ClusterExternalSecret means; without it none of them could be deleted, and Prelude's own rights do not suffice to take them off",
      commands: [],
      action: { kind: 'release namespaces' },
    },
  ];
}

function stopConversion({ definitions }: TakeoverFacts, { kubectlFlags }: DecideTakeoverOptions): readonly TakeoverStep[] {
  const converted = definitions.filter(({ conversion }) => conversion !== undefined);
  if (converted.length === 0) return [];
  return [
    {
      title: `take the conversion webhook off ${counted(converted.length, 'definition')}`,
      why: 'once upstream is gone nobody converts, and objects of these kinds can be neither read nor written; the versions have the same fields',
      commands: converted.map(({ name }) => `kubectl${kubectlFlags} patch crd ${name} --type=merge -p '{"spec":{"conversion":{"strategy":"None","webhook":null}}}'`),
    },
  ];
}

/** The version that Prelude reads each kind in. */
const wantedVersion = (group: string, kind: string): string => (group === 'external-secrets.io' && !kind.endsWith('PushSecret') ? 'v1' : 'v1alpha1');

function missingVersions({ definitions }: TakeoverFacts): readonly TakeoverStep[] {
  const old = definitions.filter(({ type, served }) => !served.includes(wantedVersion(type.group, type.kind)));
  if (old.length === 0) return [];
  return [
    {
      title: `bring ${counted(old.length, 'definition')} up to date`,
      why: `Prelude reads version v1 (PushSecrets and generators: v1alpha1), which is not served of ${old.map(({ name }) => name).join(', ')}; upgrade External Secrets to 0.17 or later first`,
      commands: [],
    },
  ];
}

function unservedObjects({ survey }: TakeoverFacts): readonly TakeoverStep[] {
  const count = survey.problems.reduce((sum, problem) => sum + problem.count, 0);
  if (count === 0) return [];
  return [
    {
      title: `change what this version of Prelude does not serve: ${counted(count, 'problem')} with objects`,
      why: 'their Secrets stay as they are and are refreshed no more; or leave them to External Secrets, with a controller class of its own in spec.controller of their stores',
      commands: [],
    },
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
