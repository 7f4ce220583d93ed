import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../api/object.ts';
import { checkProvides } from './provides-annotation.ts';
import { runtimeProducts } from './runtime-products.ts';

type Json = Readonly<Record<string, unknown>>;

function object(apiVersion: string, kind: string, spec: Json, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'one', namespace: 'devnet', annotations }, spec };
}

/** `namespace/secret: keys, may make`, a namespace of its own where it says one. */
function made(one: KubeObject): readonly string[] {
  return runtimeProducts(one).map(({ namespace, secret, keys, mayMake = [] }) => `${namespace === undefined ? '' : `${namespace}/`}${secret}: ${keys === 'dynamic' ? '*' : keys.join(' ')}${mayMake.length === 0 ? '' : ` (${mayMake.join(' ')})`}`);
}

describe('runtimeProducts', () => {
  it.each<readonly [string, KubeObject, readonly string[]]>([
    ['a Certificate', object('cert-manager.io/v1', 'Certificate', { secretName: 'tls' }), ['tls: tls.crt tls.key (ca.crt)']],
    ['its keystores, where it asks for them', object('cert-manager.io/v1', 'Certificate', { secretName: 'tls', keystores: { jks: { create: true }, pkcs12: { create: false } } }), ['tls: tls.crt tls.key keystore.jks (ca.crt truststore.jks)']],
    ['its other formats', object('cert-manager.io/v1', 'Certificate', { secretName: 'tls', additionalOutputFormats: [{ type: 'CombinedPEM' }, { type: 'DER' }] }), ['tls: tls.crt tls.key key.der tls-combined.pem (ca.crt)']],
    ['an annotated Ingress', object('networking.k8s.io/v1', 'Ingress', { tls: [{ secretName: 'web' }, { hosts: ['a'] }] }, { 'cert-manager.io/cluster-issuer': 'le' }), ['web: tls.crt tls.key (ca.crt)']],
    ['an Ingress for ACME', object('networking.k8s.io/v1', 'Ingress', { tls: [{ secretName: 'web' }] }, { 'kubernetes.io/tls-acme': 'true' }), ['web: tls.crt tls.key (ca.crt)']],
    ['an annotated Gateway', object('gateway.networking.k8s.io/v1', 'Gateway', { listeners: [{ tls: { certificateRefs: [{ name: 'gw' }, { name: 'far', namespace: 'other' }] } }] }, { 'cert-manager.io/issuer': 'ca' }), ['gw: tls.crt tls.key (ca.crt)']],
    ['a connection Secret of the same namespace', object('db.example.org/v1', 'PostgreSQLInstance', { writeConnectionSecretToRef: { name: 'conn' } }), ['conn: *']],
    ['a connection Secret of another', object('rds.aws.upbound.io/v1beta1', 'Instance', { writeConnectionSecretToRef: { name: 'conn', namespace: 'far' } }), ['far/conn: *']],
    ['a FieldExport with a key', object('services.k8s.aws/v1alpha1', 'FieldExport', { to: { kind: 'secret', name: 'db', key: 'host' } }), ['db: host']],
    ['a FieldExport without', object('services.k8s.aws/v1alpha1', 'FieldExport', { to: { kind: 'Secret', name: 'db', namespace: 'far' } }), ['far/db: devnet.one']],
    ['a cluster of CloudNativePG', object('postgresql.cnpg.io/v1', 'Cluster', {}), ['one-app: username password (user dbname host port uri jdbc-uri fqdn-uri fqdn-jdbc-uri pgpass)', 'one-ca: ca.crt (ca.key)']],
    ['its superuser, with the owner’s Secret given', object('postgresql.cnpg.io/v1', 'Cluster', { enableSuperuserAccess: true, bootstrap: { initdb: { secret: { name: 'mine' } } } }), ['one-superuser: username password (user dbname host port uri jdbc-uri fqdn-uri fqdn-jdbc-uri pgpass)', 'one-ca: ca.crt (ca.key)']],
    [
      'a cluster of Zalando’s operator',
      object('acid.zalan.do/v1', 'postgresql', { users: { node_rw: [], 'other.user': [] } }),
      ['postgres', 'standby', 'node-rw'].map((user) => `${user}.one.credentials.postgresql.acid.zalan.do: username password`),
    ],
    ['users of MongoDB', object('mongodbcommunity.mongodb.com/v1', 'MongoDBCommunity', { users: [{ name: 'a', db: 'app' }, { name: 'b', connectionStringSecretName: 'mine' }] }), ['one-app-a', 'mine'].map((name) => `${name}: connectionString.standard connectionString.standardSrv username password`)],
    ['RabbitMQ', object('rabbitmq.com/v1beta1', 'RabbitmqCluster', {}), ['one-default-user: username password host port (default_user.conf provider type connection_string)']],
    ['Elasticsearch', object('elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', {}), ['one-es-elastic-user: elastic', 'one-es-http-certs-public: tls.crt (ca.crt)']],
    ['a Kafka user with a certificate', object('kafka.strimzi.io/v1beta2', 'KafkaUser', { authentication: { type: 'tls' } }), ['one: ca.crt user.crt user.key user.p12 user.password']],
    ['a Kafka user with a password', object('kafka.strimzi.io/v1beta2', 'KafkaUser', { authentication: { type: 'scram-sha-512' } }), ['one: password sasl.jaas.config']],
    ['whatever says so', object('batch/v1', 'Job', {}, { 'prelude.dev/provides': 'whole, some/a,some/b' }), ['whole: *', 'some: a b']],
  ])('knows what is made by %s', (_, one, expected) => {
    expect(made(one)).toEqual(expected);
  });

  it.each<readonly [string, KubeObject]>([
    ['an Ingress that nobody is told to make certificates for', object('networking.k8s.io/v1', 'Ingress', { tls: [{ secretName: 'web' }] })],
    ['a FieldExport into a ConfigMap', object('services.k8s.aws/v1alpha1', 'FieldExport', { to: { kind: 'configmap', name: 'db' } })],
    ['a Certificate of another group', object('example.org/v1', 'Certificate', { secretName: 'tls' })],
    ['RabbitMQ with credentials from elsewhere', object('rabbitmq.com/v1beta1', 'RabbitmqCluster', { secretBackend: { externalSecret: { name: 'x' } } })],
  ])('does not take %s for a producer', (_, one) => {
    expect(made(one)).toEqual([]);
  });

  it('refuses an annotation that names no Secrets', () => {
    const one = object('v1', 'ConfigMap', {}, { 'prelude.dev/provides': 'A_B' });

    expect(made(one)).toEqual([]);
    expect(checkProvides({ object: one, origin: { file: 'a.yaml', line: 3 }, taint: [] })).toMatchObject([{ severity: 'error', message: 'must be a list of NAME or NAME/KEY of Secrets, separated by commas', origin: { line: 3 } }]);
  });

  it('reads back any list of names and keys, however it is separated', () => {
    const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const key = fc.stringMatching(/^[-._a-zA-Z0-9]{1,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, fc.uniqueArray(key, { maxLength: 3 })), { selector: ([one]) => one }), fc.constantFrom(',', ', ', ' ', '\n'), (secrets, between) => {
        const text = secrets.flatMap(([one, keys]) => (keys.length === 0 ? [one] : keys.map((each) => `${one}/${each}`))).join(between);

        expect(made(object('v1', 'ConfigMap', {}, { 'prelude.dev/provides': text }))).toEqual(secrets.map(([one, keys]) => `${one}: ${keys.length === 0 ? '*' : keys.join(' ')}`));
      }),
    );
  });

  it('survives objects of any shape', () => {
    const kinds = [['cert-manager.io/v1', 'Certificate'], ['networking.k8s.io/v1', 'Ingress'], ['gateway.networking.k8s.io/v1', 'Gateway'], ['services.k8s.aws/v1alpha1', 'FieldExport'], ['postgresql.cnpg.io/v1', 'Cluster'], ['acid.zalan.do/v1', 'postgresql'], ['mongodbcommunity.mongodb.com/v1', 'MongoDBCommunity'], ['elasticsearch.k8s.elastic.co/v1', 'Elasticsearch']] as const;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.jsonValue(), fc.string(), ([apiVersion, kind], spec, text) => {
        expect(Array.isArray(runtimeProducts({ apiVersion, kind, metadata: { name: 'one', annotations: { 'cert-manager.io/issuer': 'x', 'prelude.dev/provides': text } }, spec }))).toBe(true);
      }),
    );
  });
});
