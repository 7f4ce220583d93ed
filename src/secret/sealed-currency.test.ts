import { expect, test } from 'vitest';
import { parseSealedSecret, type SealedSecret } from '../api/sealed-secret.ts';
import { sealedCurrencyOf } from './sealed-currency.ts';

const synced = { type: 'Synced', status: 'True', message: '', observedGeneration: 2 };
const owner = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', name: 'grafana', uid: 'u-1', controller: true };
const secret = { metadata: { name: 'grafana', ownerReferences: [owner] }, keys: ['password', 'url'] };

function sealed(status: unknown, annotations: Readonly<Record<string, string>> = {}): SealedSecret {
  const metadata = { name: 'grafana', namespace: 'monitoring', uid: 'u-1', generation: 2 };
  const parsed = parseSealedSecret({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata, spec: { encryptedData: { password: 'AgA=' }, template: { data: { url: 'x' }, metadata: { annotations } } }, status });
  return parsed.ok ? parsed.value : expect.fail('it must parse');
}

const skip = { 'sealedsecrets.bitnami.com/skip-set-owner-references': 'true' };
const patch = { 'sealedsecrets.bitnami.com/patch': 'true' };

test.each([
  ['it was unsealed for this generation, is owned and has its keys', sealed({ conditions: [synced] }), secret],
  ["Sealed Secrets' own controller says so, which counts generations in the status", sealed({ observedGeneration: 2, conditions: [{ type: 'Synced', status: 'True' }] }), secret],
  ['the template asks for no owner', sealed({ conditions: [synced] }, skip), { ...secret, metadata: { name: 'grafana' } }],
  ['it is added to a Secret of others, which lets it', sealed({ conditions: [synced] }), { ...secret, metadata: { name: 'grafana', annotations: patch } }],
  ['its Secret has more keys', sealed({ conditions: [synced] }), { ...secret, keys: ['password', 'url', 'more'] }],
])('a Secret is current where %s', (_, declared, live) => {
  expect(sealedCurrencyOf(declared, live)).toEqual({ current: true });
});

test.each([
  ['no controller has looked at it', sealed(undefined), secret, 'not unsealed yet; a controller of SealedSecrets must run'],
  ['no key opens it', sealed({ conditions: [{ ...synced, status: 'False', message: 'no key could decrypt secret (password)' }] }), secret, 'no key could decrypt secret (password)'],
  ['it was unsealed for an older generation', sealed({ conditions: [{ ...synced, observedGeneration: 1 }] }), secret, 'unsealed for an older generation'],
  ['an older generation could not be unsealed', sealed({ observedGeneration: 1, conditions: [{ type: 'Synced', status: 'False', message: 'old' }] }), secret, 'unsealed for an older generation'],
  ['no key opens it, and its definition keeps no generation in conditions', sealed({ observedGeneration: -1, conditions: [{ type: 'Synced', status: 'False', message: 'no key could decrypt secret (password)' }] }), secret, 'no key could decrypt secret (password)'],
  ['a status that speaks of no generation says that it was unsealed', sealed({ observedGeneration: -1, conditions: [{ type: 'Synced', status: 'True' }] }), secret, 'unsealed for an older generation'],
  ['the status does not say of which generation it speaks', sealed({ conditions: [{ type: 'Synced', status: 'True' }] }), secret, 'unsealed for an older generation'],
  ['the Secret is gone', sealed({ conditions: [synced] }), undefined, 'Secret "grafana" is not there'],
  ['the Secret is that of a SealedSecret of the name that was there before', sealed({ conditions: [synced] }), { ...secret, metadata: { name: 'grafana', ownerReferences: [{ ...owner, uid: 'u-0' }] } }, 'Secret "grafana" is not this SealedSecret\'s'],
  ['the Secret is nobody\'s, and it was to have an owner', sealed({ conditions: [synced] }), { ...secret, metadata: { name: 'grafana' } }, 'Secret "grafana" is not this SealedSecret\'s'],
  ['the Secret is another\'s, and it was to have no owner', sealed({ conditions: [synced] }, skip), { ...secret, metadata: { name: 'grafana', ownerReferences: [{ ...owner, uid: 'u-0' }] } }, 'Secret "grafana" is not this SealedSecret\'s'],
  ['a key of a template is missing', sealed({ conditions: [synced] }), { ...secret, keys: ['password'] }, 'Secret "grafana" has no key url'],
])('it is not current where %s', (_, declared, live, reason) => {
  expect(sealedCurrencyOf(declared, live)).toEqual({ current: false, reason });
});
