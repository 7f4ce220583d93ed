import { describe, expect, it } from 'vitest';
import { decideTakeover } from '../app/takeover/decide-takeover.ts';
import type { UpstreamDefinition } from '../app/takeover/definitions.ts';
import type { TakeoverFacts } from '../app/takeover/observe-takeover.ts';
import { takeoverText } from './takeover-text.ts';

const release = { namespace: 'external-secrets', name: 'eso', version: '0.20.4', record: 'deletes' } as const;

function definition(kind: string): UpstreamDefinition {
  const plural = `${kind.toLowerCase()}s`;
  const type = { group: 'external-secrets.io', version: 'v1', kind, plural, namespaced: true, statusSubresource: true };
  return { name: `${plural}.external-secrets.io`, uid: 'u', type, kept: false, served: ['v1'], oldStored: ['v1beta1'], release };
}

const facts: TakeoverFacts = {
  operator: { deployments: [{ role: 'controller', namespace: 'external-secrets', name: 'eso-external-secrets', serviceAccount: 'eso-external-secrets', replicas: 1, running: 1, controllerClass: 'default' }], leases: [], doubtful: [] },
  webhooks: [{ name: 'externalsecret-validate', uid: 'u', resourceVersion: '1', guards: ['externalsecrets'], service: { namespace: 'external-secrets', name: 'eso-webhook', state: 'absent' } }],
  definitions: [definition('ExternalSecret'), definition('SecretStore')],
  survey: {
    counts: new Map([['ExternalSecret', 120]]),
    problems: [{ kind: 'SecretStore', problem: 'spec.provider.elsewhere: the provider is not known', count: 30, examples: Array.from({ length: 20 }, (_, index) => `a/s-${index}`) }],
    otherClass: 0,
    anyClass: 0,
    anyClassGenerators: 0,
    silent: 100,
    refreshed: [{ kind: 'ExternalSecret', problem: 'its refresh interval is over', count: 20, examples: ['a/late'] }],
    finalizers: [],
  },
};

function text(given: TakeoverFacts): string {
  const report = decideTakeover(given, { controllerClass: 'default', kubectlFlags: '', helmFlags: '', removeWebhooks: false });
  return takeoverText({ cluster: 'prod', facts: given, report }, { out: { write: () => {} }, err: { write: () => {} }, isTerminal: true, columns: 100, env: { NO_COLOR: '1' } });
}

describe('takeoverText', () => {
  it('shows what there is, numbers the steps and marks those that --apply does', () => {
    const told = text(facts);

    expect(told).toMatch(/^definition +externalsecrets\.external-secrets\.io \+1 +uninstalling eso deletes it$/m);
    expect(told).toMatch(/^admission webhook +externalsecret-validate +nobody answers$/m);
    expect(told).toMatch(/^adoption +silently, with no read and no write +100$/m);
    expect(told.match(/^\d\. .*$/gm)?.map((line) => line.slice(0, 12))).toEqual(['1. have Helm', '2. do not un', '3. stop Depl', '4. remove 1 ', '5. change wh']);
    expect(told.match(/\(--apply\)/g)).toHaveLength(3);
    expect(told).toMatch(/5 things in the way; --apply does those marked so\n$/);
  });

  it('names twenty objects at most, and how many there are beside them', () => {
    expect(text(facts).match(/^ {6}a\/s-/gm)).toHaveLength(20);
    expect(text(facts)).toContain('and 10 more');
  });

  it('keeps to the width of the terminal, but for commands, which are there to be copied', () => {
    const lines = text(facts).split('\n').filter((line) => !line.startsWith('   $ '));

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('says in the end that nothing is in the way', () => {
    const { operator: _operator, webhooks: _webhooks, definitions, survey, ...rest } = facts;
    const kept = definitions.map((one) => ({ ...one, release: { ...release, record: 'keeps' as const } }));

    expect(text({ ...rest, operator: { deployments: [], leases: [], doubtful: [] }, webhooks: [], definitions: kept, survey: { ...survey, problems: [] } })).toMatch(/kept by release eso[^]*nothing is in the way\n$/);
  });
});
