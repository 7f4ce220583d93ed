import { describe, expect, it } from 'vitest';
import { planOf } from '../../../../test/support/plans.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ValueSource } from '../../plan/value-source.ts';
import { firstPass } from './first-pass.ts';

const namespace = 'devnet';
const seed: ValueSource = { kind: 'Secret', name: 'seed', key: 'pair', optional: false };

function object(apiVersion: string, kind: string, name: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...more };
}

const externalSecret = (name: string, store: string, target?: string): KubeObject => object('external-secrets.io/v1', 'ExternalSecret', name, { spec: { secretStoreRef: { name: store }, ...(target === undefined ? {} : { target: { name: target } }) } });
const store = (name: string, account: string, secret: string): KubeObject => object('external-secrets.io/v1', 'SecretStore', name, { spec: { provider: { vault: { auth: { kubernetes: { serviceAccountRef: { name: account } }, tokenSecretRef: { name: secret, key: 'token' } } } } } });
const account = (name: string): KubeObject => object('v1', 'ServiceAccount', name);
const secret = (name: string): KubeObject => object('v1', 'Secret', name, { data: { token: 'eA==' } });
const binding = (name: string, subject: string, role: string): KubeObject => object('rbac.authorization.k8s.io/v1', 'RoleBinding', name, { subjects: [{ kind: 'ServiceAccount', name: subject }], roleRef: { kind: 'Role', name: role } });
const role = (name: string): KubeObject => object('rbac.authorization.k8s.io/v1', 'Role', name, { rules: [] });

function lifted(phases: Parameters<typeof planOf>[1], sources: readonly ValueSource[] = [seed], change: (plan: Plan) => Plan = (plan) => plan): readonly string[] {
  const plan = change(planOf(namespace, phases, { needs: [], valueSources: sources }));
  return firstPass(plan).phases.flatMap(({ objects }) => objects.map((one) => `${one.object.kind} ${one.object.metadata.name}`));
}

describe('firstPass', () => {
  it('lifts what makes the Secrets that values are taken from, and what this refers to, and nothing else', () => {
    const phases = {
      plumbing: [account('reader'), account('node'), role('read'), role('run'), binding('reads', 'reader', 'read'), binding('runs', 'node', 'run'), store('vault', 'reader', 'vault-token'), store('other', 'node', 'other-token')],
      secrets: [secret('vault-token'), secret('other-token'), secret('settings'), externalSecret('seed-keys', 'vault', 'seed'), externalSecret('faucet', 'other')],
      waves: [object('apps/v1', 'Deployment', 'seed')],
    };

    expect(lifted(phases)).toEqual(['ServiceAccount reader', 'Role read', 'RoleBinding reads', 'SecretStore vault', 'Secret vault-token', 'ExternalSecret seed-keys']);
  });

  it('lifts a chain: what is pushed to the store that the value is read from, and what makes that', () => {
    const push = object('external-secrets.io/v1alpha1', 'PushSecret', 'push', { spec: { secretStoreRefs: [{ name: 'vault' }], selector: { secret: { name: 'generated' } } } });
    const generated = object('external-secrets.io/v1', 'ExternalSecret', 'g', { spec: { target: { name: 'generated' }, dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'random' } } }] } });
    const phases = { plumbing: [store('vault', 'reader', 'token'), object('generators.external-secrets.io/v1alpha1', 'Password', 'random')], secrets: [externalSecret('seed', 'vault'), push, generated] };

    expect(lifted(phases)).toEqual(['SecretStore vault', 'Password random', 'ExternalSecret seed', 'PushSecret push', 'ExternalSecret g']);
  });

  it('lifts a ConfigMap that values are taken from, and no Namespace but that of what is lifted', () => {
    const facts: ValueSource = { kind: 'ConfigMap', name: 'facts', key: 'peers', optional: true };
    const phases = { namespace: [object('v1', 'Namespace', namespace), object('v1', 'Namespace', 'other')], secrets: [object('v1', 'ConfigMap', 'facts', { data: { peers: 'settings' } }), secret('settings')] };

    expect(lifted(phases, [facts])).toEqual([`Namespace ${namespace}`, 'ConfigMap facts']);
  });

  it('lifts the Namespace that it goes to, though it makes nothing itself that values are taken from', () => {
    const phases = { namespace: [object('v1', 'Namespace', namespace), object('v1', 'Namespace', 'other')], waves: [object('apps/v1', 'Deployment', 'node')] };

    expect(lifted(phases)).toEqual([`Namespace ${namespace}`]);
  });

  it('lifts nothing that would hold a placeholder', () => {
    const holds = (plan: Plan): Plan => ({ ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((one) => (one.object.kind === 'SecretStore' ? { ...one, holdsValues: true } : one)) })) });

    expect(lifted({ plumbing: [store('vault', 'reader', 'token'), account('reader')], secrets: [externalSecret('seed', 'vault')] }, [seed], holds)).toEqual(['ExternalSecret seed']);
  });

  it('lifts all that makes Secrets where a document of SOPS is among it: which key it opens with stands nowhere', () => {
    const encrypted = (plan: Plan): Plan => ({ ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.map((one) => (one.object.metadata.name === 'seed' ? { ...one, sops: { content: new Uint8Array(), format: 'yaml', document: 0 } as const } : one)) })) });

    expect(lifted({ plumbing: [store('vault', 'reader', 'token')], secrets: [externalSecret('sops-keys', 'vault'), secret('seed')] }, [seed], encrypted)).toEqual(['SecretStore vault', 'ExternalSecret sops-keys', 'Secret seed']);
  });
});
