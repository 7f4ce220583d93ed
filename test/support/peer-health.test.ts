import { describe, expect, it } from 'vitest';
import { argoHealth } from './peer-health-argo.ts';
import { kstatusHealth } from './peer-health-kstatus.ts';

type Status = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, status?: Status) => ({ apiVersion, kind, metadata: { generation: 2 }, ...(status === undefined ? {} : { status }) });
const condition = (type: string, status: string, ...more: readonly object[]): Status => ({ conditions: [...more, { type, status }] });

describe("Argo CD's rules, restated", () => {
  it.each([
    ['an ExternalSecret without a status', 'external-secrets.io/v1', 'ExternalSecret', undefined, 'Progressing'],
    ['a ready ExternalSecret, of whatever generation', 'external-secrets.io/v1', 'ExternalSecret', { observedGeneration: 1, ...condition('Ready', 'True') }, 'Healthy'],
    ['an ExternalSecret that failed', 'external-secrets.io/v1', 'ExternalSecret', condition('Ready', 'False'), 'Degraded'],
    ['a store that is not known to be right', 'external-secrets.io/v1', 'ClusterSecretStore', condition('Ready', 'Unknown'), 'Progressing'],
    ['a SealedSecret, by another condition', 'bitnami.com/v1alpha1', 'SealedSecret', condition('Ready', 'True'), 'Progressing'],
    ['a SealedSecret that is unsealed', 'bitnami.com/v1alpha1', 'SealedSecret', condition('Synced', 'True'), 'Healthy'],
    ['a ClusterExternalSecret, by its last condition', 'external-secrets.io/v1', 'ClusterExternalSecret', condition('PartiallyReady', 'True', { type: 'Ready', status: 'True' }), 'Degraded'],
    ['a ClusterExternalSecret that is ready', 'external-secrets.io/v1', 'ClusterExternalSecret', condition('Ready', 'True'), 'Healthy'],
    ['a Certificate that is issued anew', 'cert-manager.io/v1', 'Certificate', condition('Ready', 'True', { type: 'Issuing', status: 'True' }), 'Progressing'],
    ['an Application, by what it says', 'argoproj.io/v1alpha1', 'Application', { health: { status: 'Degraded' } }, 'Degraded'],
    ['an Application that says nothing', 'argoproj.io/v1alpha1', 'Application', undefined, 'Progressing'],
    ['a kind without a rule', 'v1', 'Secret', undefined, undefined],
  ])('%s', (_title, apiVersion, kind, status, health) => {
    expect(argoHealth(object(apiVersion, kind, status))).toBe(health);
  });

  it('whatever is on its way out is progressing', () => {
    expect(argoHealth({ ...object('external-secrets.io/v1', 'ExternalSecret', condition('Ready', 'True')), metadata: { deletionTimestamp: 'now' } })).toBe('Progressing');
  });
});

describe("kstatus' generic rules, restated", () => {
  it.each([
    ['an object that says nothing counts as done', undefined, 'Current'],
    ['a status of an older generation is none', { observedGeneration: 1, ...condition('Ready', 'True') }, 'InProgress'],
    ['a status before the first', { observedGeneration: -1 }, 'InProgress'],
    ['a status of this generation, without a word of Ready', { observedGeneration: 2, ...condition('Synced', 'False') }, 'Current'],
    ['Ready', { observedGeneration: 2, ...condition('Ready', 'True') }, 'Current'],
    ['not Ready', { observedGeneration: 2, ...condition('Ready', 'False') }, 'InProgress'],
    ['not known to be Ready', condition('Ready', 'Unknown'), 'InProgress'],
    ['at work', condition('Reconciling', 'True', { type: 'Ready', status: 'True' }), 'InProgress'],
    ['stalled', condition('Stalled', 'True'), 'Failed'],
  ])('%s', (_title, status, health) => {
    expect(kstatusHealth(object('bitnami.com/v1alpha1', 'SealedSecret', status))).toBe(health);
  });

  it('whatever is on its way out is going', () => {
    expect(kstatusHealth({ metadata: { deletionTimestamp: 'now' } })).toBe('Terminating');
  });
});
