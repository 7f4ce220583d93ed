import { describe, expect, it } from 'vitest';
import { type DecideTakeoverOptions, decideTakeover } from './decide-takeover.ts';
import type { UpstreamDefinition } from './definitions.ts';
import type { TakeoverFacts } from './observe-takeover.ts';
import type { UpstreamDeployment } from './upstream-deployment.ts';
import type { UpstreamWebhook } from './webhook-configurations.ts';

const options: DecideTakeoverOptions = { controllerClass: 'default', kubectlFlags: ' --context prod', helmFlags: ' --kube-context prod', removeWebhooks: false };

function facts(parts: Partial<TakeoverFacts> = {}): TakeoverFacts {
  const survey = { counts: new Map(), problems: [], otherClass: 0, anyClass: 0, anyClassGenerators: 0, silent: 0, refreshed: [], finalizers: [] };
  return { operator: { deployments: [], leases: [], doubtful: [] }, webhooks: [], definitions: [definition()], survey, ...parts };
}

function definition(parts: Partial<UpstreamDefinition> = {}): UpstreamDefinition {
  const type = { group: 'external-secrets.io', version: 'v1', kind: 'ExternalSecret', plural: 'externalsecrets', namespaced: true, statusSubresource: true };
  return { name: 'externalsecrets.external-secrets.io', uid: 'u', type, kept: false, served: ['v1'], oldStored: [], ...parts };
}

function controller(parts: Partial<UpstreamDeployment> = {}): UpstreamDeployment {
  return { role: 'controller', namespace: 'es', name: 'eso', serviceAccount: 'eso', replicas: 1, running: 1, controllerClass: 'default', ...parts };
}

function webhook(state: 'ready' | 'absent' | 'without endpoints', guards: readonly string[] = ['externalsecrets']): UpstreamWebhook {
  return { name: 'externalsecret-validate', uid: 'u', resourceVersion: '1', guards, service: { namespace: 'es', name: 'eso-webhook', state } };
}

function commandsOf(given: TakeoverFacts, changed: Partial<DecideTakeoverOptions> = {}): readonly string[] {
  return decideTakeover(given, { ...options, ...changed }).steps.flatMap(({ commands }) => commands);
}

const release = { namespace: 'es', name: 'eso', version: '0.20.4' };

describe('decideTakeover', () => {
  it('finds nothing in the way of definitions that are nobody\'s, and says when there is nothing at all', () => {
    expect(decideTakeover(facts(), options)).toEqual({ ready: true, steps: [], notes: [] });
    expect(decideTakeover(facts({ definitions: [] }), options).notes).toEqual([expect.stringContaining('nothing to take over')]);
  });

  it('has definitions kept in the cluster and in the record of their release', () => {
    expect(commandsOf(facts({ definitions: [definition({ release: { ...release, record: 'deletes' } })] }))).toEqual([
      'kubectl --context prod annotate crd helm.sh/resource-policy=keep --overwrite externalsecrets.external-secrets.io',
      "helm --kube-context prod upgrade eso external-secrets --repo https://charts.external-secrets.io -n es --version 0.20.4 --reuse-values --set-string 'crds.annotations.helm\\.sh/resource-policy=keep' --set replicaCount=0,webhook.create=false,certController.create=false",
    ]);
  });

  it.each(['keeps', 'no longer has'] as const)('leaves a definition alone that the record %s', (record) => {
    expect(commandsOf(facts({ definitions: [definition({ release: { ...release, record } })] }))).toEqual([]);
  });

  it('takes a record that cannot be read for one that deletes', () => {
    expect(commandsOf(facts({ definitions: [definition({ kept: true, release: { namespace: 'es', name: 'eso' } })] }))).toEqual([expect.stringMatching(/^helm .* upgrade eso/)]);
  });

  it('has Argo CD keep what it would prune', () => {
    expect(commandsOf(facts({ definitions: [definition({ prunedBy: 'platform' })] }))).toEqual([expect.stringContaining('argocd.argoproj.io/sync-options=Prune=false,Delete=false')]);
  });

  it('stops a controller of the same class, and lets one of another class be', () => {
    const live = facts({ operator: { deployments: [controller()], leases: [], doubtful: [] } });

    expect(commandsOf(live)).toEqual(['kubectl --context prod -n es scale deployment/eso --replicas=0']);
    expect(commandsOf(live, { controllerClass: 'canary' })).toEqual([]);
    expect(decideTakeover(live, { ...options, controllerClass: 'canary' }).notes).toEqual(['Deployment es/eso serves controller class "default" and may stay']);
  });

  it('takes finalizers off Namespaces once nobody is left who would put them there again', () => {
    const finalizers = [{ kind: 'Namespace', problem: 'externalsecrets.external-secrets.io/ces-NAME', count: 2, examples: ['a', 'b'] }];
    const survey = { ...facts().survey, finalizers };
    const actions = (given: TakeoverFacts): readonly unknown[] => decideTakeover(given, options).steps.map(({ action }) => action?.kind);

    expect(actions(facts({ survey }))).toEqual(['release namespaces']);
    expect(actions(facts({ survey, operator: { deployments: [controller()], leases: [], doubtful: [] } }))).toEqual(['scale down', 'release namespaces']);
    expect(actions(facts({ survey, operator: { deployments: [controller({ controllerClass: 'other' })], leases: [], doubtful: [] } }))).toEqual([]);
    expect(decideTakeover(facts({ survey }), options).notes).toEqual([expect.stringMatching(/^2 of kind Namespace .*--apply takes it off/)]);
  });

  it('leaves a Deployment alone that only looks like a controller, and names it', () => {
    const doubted = facts({ operator: { deployments: [], leases: [], doubtful: [controller({ namespace: 'tenant' })] } });

    expect(decideTakeover(doubted, options)).toEqual({ ready: true, steps: [], notes: [expect.stringMatching(/^Deployment tenant\/eso looks like .* is not stopped/)] });
  });

  it('names what both would serve beside a controller of another class', () => {
    const survey = { ...facts().survey, anyClassGenerators: 3, counts: new Map([['ClusterExternalSecret', 2], ['PushSecret', 1]]) };
    const { notes } = decideTakeover(facts({ survey, operator: { deployments: [controller({ controllerClass: 'other' })], leases: [], doubtful: [] } }), options);

    expect(notes.slice(1)).toEqual([expect.stringMatching(/^3 generators name no/), expect.stringMatching(/^2 of kind ClusterExternalSecret have no/), expect.stringMatching(/1 of kind PushSecret .* is not counted/)]);
  });

  it('stands still before somebody who holds the lease and has no Deployment', () => {
    const { steps } = decideTakeover(facts({ operator: { deployments: [], leases: [{ namespace: 'x', holder: 'pod_1', left: 9_000 }], doubtful: [] } }), options);

    expect(steps).toMatchObject([{ title: 'stop "pod_1", which holds Lease x/external-secrets-controller', commands: [] }]);
    expect(steps[0]).not.toHaveProperty('action');
  });

  it.each([
    ['answered', webhook('ready'), []],
    ['absent', webhook('absent'), ['kubectl --context prod delete validatingwebhookconfiguration externalsecret-validate']],
    ['without endpoints', webhook('without endpoints'), ['kubectl --context prod delete validatingwebhookconfiguration externalsecret-validate']],
    ['dead and ignored', webhook('absent', []), []],
  ])('judges an admission webhook that is %s', (_what, one, commands) => {
    expect(commandsOf(facts({ webhooks: [one] }))).toEqual(commands);
  });

  it('removes webhooks that are answered where that is asked for', () => {
    expect(commandsOf(facts({ webhooks: [webhook('ready')] }), { removeWebhooks: true })).toHaveLength(1);
  });

  it('takes conversion webhooks off', () => {
    expect(commandsOf(facts({ definitions: [definition({ conversion: { namespace: 'es', name: 'eso-webhook', state: 'ready' } })] }))).toEqual([expect.stringMatching(/^kubectl --context prod patch crd externalsecrets\.external-secrets\.io .*"strategy":"None"/)]);
  });

  it('wants the versions that it reads', () => {
    expect(decideTakeover(facts({ definitions: [definition({ served: ['v1beta1'] })] }), options)).toMatchObject({ ready: false, steps: [{ title: 'bring 1 definition up to date' }] });
  });

  it('is not ready while there are objects that it does not serve', () => {
    const survey = { ...facts().survey, problems: [{ kind: 'SecretStore', problem: 'spec.provider.x: the provider is not known', count: 3, examples: ['a/b'] }] };

    expect(decideTakeover(facts({ survey }), options)).toMatchObject({ ready: false, steps: [{ title: expect.stringContaining('3 problems with objects') }] });
  });
});
