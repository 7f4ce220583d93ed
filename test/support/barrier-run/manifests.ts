import type { KubeObject } from '../../../src/api/object.ts';
import { encryptFile } from '../sops-files.ts';
import type { RunConsumer, RunNeed, RunSecret, Scenario } from './scenario.ts';
import { producerOf } from './producers.ts';
import { turnName } from './turner.ts';
import { remoteKey, revisionAnnotation, turnAnnotation, turnStep, valueOf, versionAt } from './values.ts';

/** What encrypts for a run. */
export interface Sealers {
  /** Seals a text for a SealedSecret. */
  readonly seal: (text: string, name: string) => string;
  /** Who can open files of SOPS. */
  readonly ageRecipient: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The files of a revision, by path below `manifests/`. */
export async function filesOf(scenario: Scenario, namespace: string, revision: number, sealers: Sealers): Promise<Readonly<Record<string, string>>> {
  const files = new Map<string, string>();
  const put = (object: KubeObject): void => {
    const path = `${object.kind}-${object.metadata.name}.yaml`.toLowerCase();
    if (files.has(path)) throw new Error(`seed ${scenario.seed} has two objects for ${path}`);
    files.set(path, `${JSON.stringify(object, undefined, 1)}\n`);
  };
  put({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { name: 'vault' }, spec: { provider: { scripted: { account: namespace } } } });
  for (const secret of scenario.secrets) {
    const version = versionAt(secret, revision);
    const value = (key: string): string => valueOf(namespace, secret.name, key, version);
    const declared = secret.name === scenario.turning?.secret ? turnedVersion(version) : version;
    if (secret.maker === 'external') put(externalSecret(secret, declared));
    if (secret.maker === 'sealed') put({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { name: secret.name, namespace }, spec: { encryptedData: Object.fromEntries(secret.keys.map((key) => [key, sealers.seal(value(key), secret.name)])) } });
    if (secret.maker === 'sops') files.set(`sops-${secret.name}.yaml`, await encryptFile(`apiVersion: v1\nkind: Secret\nmetadata: {name: ${secret.name}}\nstringData:\n${secret.keys.map((key) => `    ${key}: ${JSON.stringify(value(key))}\n`).join('')}`, [sealers.ageRecipient]));
    const producer = producerOf(secret, declared);
    if (producer !== undefined) put(producer);
    if (secret.maker === 'token') for (const object of tokenObjects(secret)) put(object);
  }
  for (const [index, consumer] of scenario.consumers.entries()) put(inWave(index % scenario.waves, workload(consumer, revision)));
  put(chartObject('v1', 'ConfigMap', 'settings', revision, { data: { revision: String(revision) } }));
  put(inWave(scenario.waves - 1, chartObject('v1', 'Service', 'node', revision, { spec: { selector: { app: 'node' }, ports: [{ port: 80 }] } })));
  const [first] = scenario.secrets;
  if (scenario.refused && revision === scenario.revisions && first !== undefined) put(workload({ kind: 'Deployment', name: 'mistaken', needs: [{ secret: first.name, key: 'tokne', way: 'env' }] }, revision));
  return scenario.value === undefined ? Object.fromEntries(files) : chartFiles(scenario, files, revision);
}

/** The same as a chart, with an object that is made of a value, and with what turns. */
function chartFiles({ turning }: Scenario, files: ReadonlyMap<string, string>, revision: number): Readonly<Record<string, string>> {
  const valued = JSON.stringify(chartObject('v1', 'ConfigMap', 'valued', revision, { data: { digest: 'DIGEST' } }), undefined, 1).replace('DIGEST', '{{ .Values.taken | sha256sum }}');
  const templates = Object.entries({ ...Object.fromEntries(files), 'valued.yaml': `${valued}\n` });
  return {
    'Chart.yaml': 'apiVersion: v2\nname: node\nversion: 1.0.0\n',
    'values.yaml': 'taken: ""\nturn: "0"\n',
    ...Object.fromEntries(templates.map(([path, text]) => [`templates/${path}`, turning === undefined ? text : withTurn(text, turning.by)])),
  };
}

/** Stands for a version that turns, until the text of the template is made. */
function turnedVersion(version: number): string {
  return `TURNED${version}`;
}

/** Puts what is asked of the cluster into a template, in the place of what stands for it. */
function withTurn(text: string, by: 'lookup' | 'value'): string {
  const turn = by === 'lookup' ? `(dig "data" "turn" "0" (lookup "v1" "ConfigMap" .Release.Namespace "${turnName}"))` : '.Values.turn';
  const versioned = text.replaceAll(/TURNED(\d+)/g, (_, version: string) => `{{ add ${version} (mul ${turnStep} (${turn} | int)) }}`);
  return versioned.replace(`"${revisionAnnotation}":`, `"${turnAnnotation}": "{{ ${turn} }}", "${revisionAnnotation}":`);
}

function externalSecret({ name, keys }: RunSecret, version: number | string): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name },
    spec: { refreshInterval: '1h', secretStoreRef: { name: 'vault' }, data: keys.map((key) => ({ secretKey: key, remoteRef: { key: remoteKey(name, key, version) } })) },
  };
}

function tokenObjects({ name }: RunSecret): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: `${name}-account` } },
    { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token', metadata: { name, annotations: { 'kubernetes.io/service-account.name': `${name}-account` } } },
  ];
}

function chartObject(apiVersion: string, kind: string, name: string, revision: number, fields: Fields, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion, kind, metadata: { name, annotations: { [revisionAnnotation]: String(revision), ...annotations } }, ...fields };
}

function inWave(wave: number, { metadata, ...object }: KubeObject): KubeObject {
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...(wave === 0 ? {} : { 'argocd.argoproj.io/sync-wave': String(wave) }) } } };
}

function workload({ kind, name, needs }: RunConsumer, revision: number): KubeObject {
  const template = (restartPolicy: 'Always' | 'Never') => ({ metadata: { labels: { app: name } }, spec: { restartPolicy, ...podSpec(needs) } });
  const controlled = { replicas: 1, selector: { matchLabels: { app: name } }, template: template('Always') };
  switch (kind) {
    case 'Deployment':
      return chartObject('apps/v1', kind, name, revision, { spec: controlled });
    case 'StatefulSet':
      return chartObject('apps/v1', kind, name, revision, { spec: { serviceName: 'node', ...controlled } });
    case 'CronJob':
      return chartObject('batch/v1', kind, name, revision, { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: template('Never') } } } });
    case 'Hook':
      return chartObject('batch/v1', 'Job', name, revision, { spec: { template: template('Never') } }, { 'argocd.argoproj.io/hook': 'PreSync' });
  }
}

function podSpec(needs: readonly RunNeed[]): Fields {
  const of = (way: RunNeed['way']): readonly RunNeed[] => needs.filter((need) => need.way === way);
  const items = (key: string | undefined): Fields => (key === undefined ? {} : { items: [{ key, path: key }] });
  return {
    containers: [
      {
        name: 'main',
        image: 'registry.example/node:1',
        env: of('env').map(({ secret, key }, index) => ({ name: `NEED_${index}`, valueFrom: { secretKeyRef: { name: secret, key } } })),
        envFrom: of('envFrom').map(({ secret }) => ({ secretRef: { name: secret } })),
      },
    ],
    volumes: [
      ...of('volume').map(({ secret, key }, index) => ({ name: `volume-${index}`, secret: { secretName: secret, ...items(key) } })),
      ...of('projected').map(({ secret, key }, index) => ({ name: `projected-${index}`, projected: { sources: [{ secret: { name: secret, ...items(key) } }] } })),
    ],
  };
}
