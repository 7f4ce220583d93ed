import { describe, expect, it } from 'vitest';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { awsProviderOf } from '../../test/support/aws-store.ts';
import { aws } from './index.ts';

describe('the configuration', () => {
  const good = awsProviderOf().aws;
  const refusalOf = (config: object): string => {
    const parsed = createRegistry([erase(aws)]).parse({ aws: config });
    return parsed.ok ? 'ok' : parsed.errors.map(({ path, message }) => `${path}: ${message}`).join('\n');
  };

  it('refuses Certificate Manager, naming it', () => {
    expect(refusalOf({ ...good, service: 'CertificateManager' })).toBe('spec.provider.aws.service: "CertificateManager" is not supported by this version of Prelude; use "SecretsManager" or "ParameterStore"');
  });

  it('takes every field of upstream', () => {
    const roles = { role: 'arn:aws:iam::1:role/a', additionalRoles: ['arn:aws:iam::1:role/b'], externalID: 'x', sessionTags: [{ key: 'a', value: 'b' }], transitiveTagKeys: ['a'], sessionTagsPolicy: 'Custom', customSessionTags: { team: 'chain' } };
    const auth = { ...good.auth, jwt: { serviceAccountRef: { name: 'a', namespace: 'b', audiences: ['c'] } } };

    expect(refusalOf({ ...good, ...roles, auth, prefix: 'p/', secretsManager: { recoveryWindowInDays: 7, forceDeleteWithoutRecovery: false } })).toBe('ok');
  });

  it.each([
    [{ customSessionTags: { esoNamespace: 'mine' } }, 'spec.provider.aws.customSessionTags: must not have the keys esoNamespace, esoStoreName, esoStoreKind: they are set by the policy'],
    [{ secretsManager: { recoveryWindowInDays: 6 } }, 'spec.provider.aws.secretsManager.recoveryWindowInDays: must be 7 to 30'],
    [{ secretsManager: { recoveryWindowInDays: 7, forceDeleteWithoutRecovery: true } }, 'spec.provider.aws.secretsManager: has both forceDeleteWithoutRecovery and recoveryWindowInDays; AWS takes one of them'],
    [{ sessionTagsPolicy: 'Simple' }, 'spec.provider.aws.sessionTagsPolicy: needs role: without a session of it nothing would be tagged with who asks'],
    [{ sessionTagsPolicy: 'Custom', additionalRoles: ['arn:aws:iam::1:role/b'], role: '' }, 'spec.provider.aws.sessionTagsPolicy: needs role'],
    [{ auth: { jwt: {} } }, 'spec.provider.aws.auth.jwt.serviceAccountRef: '],
  ])('refuses %j, naming the path', (fields, message) => {
    expect(refusalOf({ ...good, ...fields })).toContain(message);
  });

  it('takes a policy of no tags, and what belongs to a role, without a role, as External Secrets does', () => {
    expect(refusalOf({ ...good, sessionTagsPolicy: 'None', externalID: 'x', sessionTags: [{ key: 'a', value: 'b' }], transitiveTagKeys: ['a'] })).toBe('ok');
  });

  it.each([{ auth: undefined }, { auth: {} }])('asks as Prelude where it names no credentials (%j), and nowhere else', ({ auth }) => {
    const { auth: _, ...rest } = good;
    const configure = (config: object): boolean => createRegistry([erase(aws)]).configure({ aws: config }).usesOwnIdentity;

    expect(configure(auth === undefined ? rest : { ...rest, auth })).toBe(true);
    expect(configure(good)).toBe(false);
    expect(configure({ ...rest, auth: { jwt: { serviceAccountRef: { name: 'a' } } } })).toBe(false);
  });

  it.each(['eu-central-1@evil.example', 'eu central', '', 'x/../y', 'a'.repeat(64)])('refuses the region %j, which would become a part of a host name', (region) => {
    expect(refusalOf({ ...good, region })).toContain('spec.provider.aws.region: ');
  });

  it('names every Secret it needs', () => {
    const parsed = createRegistry([erase(aws)]).configure({ aws: { ...good, auth: { secretRef: { ...good.auth.secretRef, sessionTokenSecretRef: { name: 'other', key: 't' } } } } });

    expect(parsed.credentials).toEqual([{ name: 'aws-credentials', key: 'id' }, { name: 'aws-credentials', key: 'secret' }, { name: 'other', key: 't' }]);
  });

  it('names the service account, which counts before keys', () => {
    const parsed = createRegistry([erase(aws)]).configure({ aws: { ...good, auth: { ...good.auth, jwt: { serviceAccountRef: { name: 'app' } } } } });

    expect(parsed.credentials).toEqual([{ kind: 'ServiceAccount', name: 'app' }]);
  });
});
