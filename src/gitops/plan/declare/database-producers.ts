import type { KubeObject } from '../../../api/object.ts';
import { fieldsOf, listOf, textOf } from '../needs/field.ts';
import type { RuntimeProduct } from './runtime-product.ts';

type Products = (object: KubeObject) => readonly RuntimeProduct[];

const secret = (name: string, keys: RuntimeProduct['keys'], mayMake: readonly string[] = []): RuntimeProduct => ({ secret: name, keys, mayMake, tells: 'secret' });

/** https://cloudnative-pg.io/documentation/current/applications/#secrets. The owner's Secret is given by hand where initdb names one. */
const cloudNativePg: Products = ({ metadata: { name }, spec }) => {
  const { bootstrap, enableSuperuserAccess, superuserSecret } = fieldsOf(spec);
  const initdb = fieldsOf(fieldsOf(bootstrap)['initdb']);
  const users = ['username', 'password'];
  const more = ['user', 'dbname', 'host', 'port', 'uri', 'jdbc-uri', 'fqdn-uri', 'fqdn-jdbc-uri', 'pgpass'];
  return [
    ...(initdb['secret'] === undefined ? [secret(`${name}-app`, users, more)] : []),
    ...(enableSuperuserAccess === true && superuserSecret === undefined ? [secret(`${name}-superuser`, users, more)] : []),
    secret(`${name}-ca`, ['ca.crt'], ['ca.key']),
  ];
};

/** https://opensource.zalan.do/postgres-operator/docs/user.html: a Secret for each user, underscores become dashes. */
const zalando: Products = ({ metadata: { name }, spec }) =>
  [...new Set(['postgres', 'standby', ...Object.keys(fieldsOf(fieldsOf(spec)['users']))])]
    // NAMESPACE.USER is a Secret elsewhere, where the operator is told to make such
    .filter((user) => !user.includes('.'))
    .map((user) => secret(`${user.replaceAll('_', '-')}.${name}.credentials.postgresql.acid.zalan.do`, ['username', 'password']));

/** https://github.com/mongodb/mongodb-kubernetes-operator/blob/master/docs/deploy-configure.md. */
const mongodb: Products = ({ metadata: { name }, spec }) =>
  listOf(fieldsOf(spec)['users']).flatMap((entry) => {
    const { name: user, db, connectionStringSecretName } = fieldsOf(entry);
    const login = textOf(user);
    const made = textOf(connectionStringSecretName) ?? (login === undefined ? undefined : `${name}-${textOf(db) ?? 'admin'}-${login}`);
    return made === undefined ? [] : [secret(made, ['connectionString.standard', 'connectionString.standardSrv', 'username', 'password'])];
  });

/** https://www.rabbitmq.com/kubernetes/operator/using-operator#find. With a backend of its own the credentials come from elsewhere. */
const rabbitmq: Products = ({ metadata: { name }, spec }) =>
  fieldsOf(spec)['secretBackend'] === undefined ? [secret(`${name}-default-user`, ['username', 'password', 'host', 'port'], ['default_user.conf', 'provider', 'type', 'connection_string'])] : [];

/** https://www.elastic.co/guide/en/cloud-on-k8s/current/k8s-tls-certificates.html and k8s-security.html. */
const elasticsearch: Products = ({ metadata: { name }, spec }) => [
  ...(fieldsOf(fieldsOf(spec)['auth'])['disableElasticUser'] === true ? [] : [secret(`${name}-es-elastic-user`, ['elastic'])]),
  ...(fieldsOf(fieldsOf(fieldsOf(fieldsOf(spec)['http'])['tls'])['selfSignedCertificate'])['disabled'] === true ? [] : [secret(`${name}-es-http-certs-public`, ['tls.crt'], ['ca.crt'])]),
];

/** https://strimzi.io/docs/operators/latest/deploying#con-securing-client-authentication-str: a Secret of the user's name. */
const kafkaUser: Products = ({ metadata: { name }, spec }) => {
  const type = fieldsOf(fieldsOf(spec)['authentication'])['type'];
  if (type === 'tls') return [secret(name, ['ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password'])];
  return type === 'scram-sha-512' ? [secret(name, ['password', 'sasl.jaas.config'])] : [];
};

/** Operators of databases and queues that make credentials, by group and kind. */
export const databaseProducers: ReadonlyMap<string, Products> = new Map([
  ['postgresql.cnpg.io/Cluster', cloudNativePg],
  ['acid.zalan.do/postgresql', zalando],
  ['mongodbcommunity.mongodb.com/MongoDBCommunity', mongodb],
  ['rabbitmq.com/RabbitmqCluster', rabbitmq],
  ['elasticsearch.k8s.elastic.co/Elasticsearch', elasticsearch],
  ['kafka.strimzi.io/KafkaUser', kafkaUser],
]);
