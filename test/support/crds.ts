import { generators, providers } from '../../providers/index.ts';
import { applicationSetSpec } from '../../src/api/application-set-spec.ts';
import { applicationSetStatus } from '../../src/api/application-set-status.ts';
import { appProjectSpec } from '../../src/api/app-project.ts';
import { applicationSpec } from '../../src/api/application-spec.ts';
import { applicationStatus } from '../../src/api/application-status.ts';
import { clusterExternalSecretSpec, clusterExternalSecretStatus } from '../../src/api/cluster-external-secret.ts';
import { clusterPushSecretSpec, clusterPushSecretStatus } from '../../src/api/cluster-push-secret.ts';
import { externalSecretSpec } from '../../src/api/external-secret-spec.ts';
import { externalSecretStatus } from '../../src/api/external-secret.ts';
import { wrappedSpecField } from '../../src/api/generator-kinds.ts';
import { generatorStateSpec } from '../../src/api/generator-state.ts';
import { pushSecretSpec } from '../../src/api/push-secret-spec.ts';
import { pushSecretStatus } from '../../src/api/push-secret.ts';
import { sealedSecretSpec, sealedSecretStatus } from '../../src/api/sealed-secret.ts';
import { secretStoreSpec, secretStoreStatus } from '../../src/api/secret-store.ts';
import type { Structural } from './structural-schema.ts';
import { structuralSchema } from './structural-schema.ts';
import type { ResourceType } from '../../src/kube/port.ts';
import {
  applicationSetType,
  applicationType,
  appProjectType,
  clusterExternalSecretType,
  clusterGeneratorType,
  clusterPushSecretType,
  clusterSecretStoreType,
  externalSecretType,
  generatorStateType,
  generatorType,
  pushSecretType,
  sealedSecretType,
  secretStoreType,
} from '../../src/kube/resource-types.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

interface Definition {
  readonly type: ResourceType;
  readonly description: string;
  readonly names: { readonly shortNames?: readonly string[]; readonly categories?: readonly string[] };
  readonly labels?: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  readonly selectable?: readonly string[];
  readonly spec: Structural;
  /** Absent: the kind has none. */
  readonly status?: Structural;
  /** Top-level fields beside spec and status. */
  readonly more?: Readonly<Record<string, Structural>>;
}

const externalSecretsNames = (shortName?: string): Definition['names'] => ({ ...(shortName === undefined ? {} : { shortNames: [shortName] }), categories: ['external-secrets'] });
const generatorNames = { categories: ['external-secrets', 'external-secrets-generators'] };
const age: Column = { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const component = { 'external-secrets.io/component': 'controller' };

function readyColumn(name: string, field: 'status' | 'reason'): Column {
  return { name, type: 'string', jsonPath: `.status.conditions[?(@.type=="Ready")].${field}` };
}

/** Conditions of before the first sync must not be taken for those of the object that is there now. */
function withStart(status: Structural): Structural {
  return { ...status, default: { observedGeneration: -1 } };
}

/** Known adapters are validated here; what an adapter of somebody else has under its own key is kept. */
function storeSpec(): Structural {
  const spec = structuralSchema(secretStoreSpec);
  const { properties } = spec;
  if (typeof properties !== 'object' || properties === null) throw new Error('the schema of stores has no properties');
  const provider = {
    description: 'Exactly one provider and its configuration.',
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    'x-kubernetes-preserve-unknown-fields': true,
    properties: Object.fromEntries(providers.map(({ id, schema }) => [id, structuralSchema(schema)])),
  };
  return { ...spec, properties: { ...properties, provider } };
}

function storeDefinition(type: ResourceType, shortName: string, description: string): Definition {
  return {
    type,
    description,
    names: externalSecretsNames(shortName),
    labels: component,
    columns: [
      age,
      readyColumn('Status', 'reason'),
      { name: 'Capabilities', type: 'string', jsonPath: '.status.capabilities' },
      readyColumn('Ready', 'status'),
    ],
    spec: storeSpec(),
    status: withStart(structuralSchema(secretStoreStatus)),
  };
}

function generatorDefinitions(): readonly Definition[] {
  const status: Structural = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const specs = Object.fromEntries(
    generators.flatMap(({ kind, schema }) => {
      const field = wrappedSpecField(kind);
      return field === undefined ? [] : [[field, structuralSchema(schema)]];
    }),
  );
  return [
    ...generators.map(({ kind, schema }): Definition => ({ type: generatorType(kind), description: `Generates values: ${kind}.`, names: generatorNames, labels: component, columns: [], spec: structuralSchema(schema), status })),
    {
      type: clusterGeneratorType,
      description: 'A generator that every namespace may refer to; it runs as if it stood there.',
      names: generatorNames,
      labels: component,
      columns: [],
      spec: {
        type: 'object',
        required: ['kind', 'generator'],
        properties: {
          kind: { description: 'Kind of the generator that is wrapped.', type: 'string' },
          generator: {
            description: 'The spec of the generator, under the one key that goes with the kind: passwordSpec for Password.',
            type: 'object',
            minProperties: 1,
            maxProperties: 1,
            'x-kubernetes-preserve-unknown-fields': true,
            properties: specs,
          },
        },
      },
      status,
    },
    {
      type: generatorStateType,
      description: 'What a run of a generator has left behind, and when it is taken back.',
      names: { ...generatorNames, shortNames: ['gs'] },
      labels: component,
      columns: [{ name: 'GC Deadline', type: 'string', jsonPath: '.spec.garbageCollectionDeadline' }, age],
      spec: structuralSchema(generatorStateSpec),
      status,
    },
  ];
}

function pushDefinitions(): readonly Definition[] {
  const columns = [age, readyColumn('Status', 'reason')];
  return [
    {
      type: pushSecretType,
      description: 'Writes values of a Secret to a store, and keeps them there.',
      names: externalSecretsNames('ps'),
      labels: component,
      columns: [...columns, { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' }],
      spec: structuralSchema(pushSecretSpec),
      status: withStart(structuralSchema(pushSecretStatus)),
    },
    {
      type: clusterPushSecretType,
      description: 'Makes a PushSecret in every namespace that it chooses.',
      names: externalSecretsNames(),
      labels: component,
      columns,
      spec: structuralSchema(clusterPushSecretSpec),
      status: withStart(structuralSchema(clusterPushSecretStatus)),
    },
  ];
}

function definitions(): readonly Definition[] {
  return [
    {
      type: clusterExternalSecretType,
      description: 'Makes an ExternalSecret in every namespace that it chooses.',
      names: externalSecretsNames('ces'),
      labels: component,
      columns: [
        { name: 'Store', type: 'string', jsonPath: '.spec.externalSecretSpec.secretStoreRef.name' },
        { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshTime' },
        readyColumn('Ready', 'status'),
      ],
      spec: structuralSchema(clusterExternalSecretSpec),
      status: withStart(structuralSchema(clusterExternalSecretStatus)),
    },
    ...pushDefinitions(),
    ...generatorDefinitions(),
    {
      type: externalSecretType,
      description: 'Makes a Secret of values that a store holds, and keeps it current.',
      names: externalSecretsNames('es'),
      labels: component,
      columns: [
        { name: 'StoreType', type: 'string', jsonPath: '.spec.secretStoreRef.kind' },
        { name: 'Store', type: 'string', jsonPath: '.spec.secretStoreRef.name' },
        { name: 'Refresh Interval', type: 'string', jsonPath: '.spec.refreshInterval' },
        readyColumn('Status', 'reason'),
        readyColumn('Ready', 'status'),
        { name: 'Last Sync', type: 'date', jsonPath: '.status.refreshTime' },
      ],
      selectable: ['.spec.secretStoreRef.name', '.spec.secretStoreRef.kind', '.spec.target.name', '.spec.refreshInterval'],
      spec: structuralSchema(externalSecretSpec),
      status: withStart(structuralSchema(externalSecretStatus)),
    },
    storeDefinition(secretStoreType, 'ss', 'Says where the ExternalSecrets of its namespace read values, and with which credentials.'),
    storeDefinition(clusterSecretStoreType, 'css', 'Says where ExternalSecrets of the namespaces it admits read values, and with which credentials.'),
    {
      type: sealedSecretType,
      description: 'Makes a Secret of values that anybody could encrypt, and only the controller can open.',
      names: {},
      // upstream's, by which scripts and Argo CD read it
      columns: [
        { name: 'Status', type: 'string', jsonPath: '.status.conditions[0].message' },
        { name: 'Synced', type: 'string', jsonPath: '.status.conditions[0].status' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      spec: structuralSchema(sealedSecretSpec),
      status: withStart(structuralSchema(sealedSecretStatus)),
    },
    {
      type: applicationType,
      description: 'Says which folder of which Git repository is kept in which namespace.',
      names: { shortNames: ['app', 'apps'] },
      labels: { 'app.kubernetes.io/name': 'applications.argoproj.io', 'app.kubernetes.io/part-of': 'argocd' },
      columns: [
        { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
        { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
        { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision', priority: 10 },
        { name: 'Project', type: 'string', jsonPath: '.spec.project', priority: 10 },
      ],
      spec: structuralSchema(applicationSpec),
      status: structuralSchema(applicationStatus),
      more: { operation: { description: 'What Argo CD is asked to do now.', type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
    {
      type: applicationSetType,
      description: 'Makes an Application for each element of a list, each folder or each file of a Git repository, and keeps them so.',
      names: { shortNames: ['appset', 'appsets'] },
      labels: { 'app.kubernetes.io/name': 'applicationsets.argoproj.io', 'app.kubernetes.io/part-of': 'argocd' },
      columns: [
        { name: 'Up to date', type: 'string', jsonPath: '.status.conditions[?(@.type=="ResourcesUpToDate")].status' },
        { name: 'Error', type: 'string', jsonPath: '.status.conditions[?(@.type=="ErrorOccurred")].status' },
        age,
      ],
      spec: structuralSchema(applicationSetSpec),
      status: structuralSchema(applicationSetStatus),
    },
    {
      type: appProjectType,
      description: 'Says what the Applications that name it may read, where they may deploy to and which kinds, and as whom.',
      names: { shortNames: ['appproj', 'appprojs'] },
      labels: { 'app.kubernetes.io/name': 'appprojects.argoproj.io', 'app.kubernetes.io/part-of': 'argocd' },
      columns: [],
      spec: structuralSchema(appProjectSpec),
      // of Argo CD's API server: the tokens of roles
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  ];
}

/** Upstream lets these stand without one. */
function mayLackSpec(kind: string): boolean {
  return generators.some((generator) => generator.kind === kind) || kind === 'GeneratorState';
}

function customResourceDefinition({ type, description, names, labels = {}, columns, selectable, spec, status, more = {} }: Definition): object {
  const { group, kind, plural, version, namespaced, statusSubresource } = type;
  const schema = {
    description,
    type: 'object',
    ...(mayLackSpec(kind) ? {} : { required: ['spec'] }),
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, spec, ...(status === undefined ? {} : { status }), ...more },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      labels,
      // deleting a CRD deletes its objects, and with each ExternalSecret its Secret
      annotations: { 'helm.sh/resource-policy': 'keep' },
    },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), ...names },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          ...(selectable === undefined ? {} : { selectableFields: selectable.map((jsonPath) => ({ jsonPath })) }),
          ...(statusSubresource ? { subresources: { status: {} } } : {}),
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

/** The first line of each file. */
export const generatedNote = "# Generated by `npm run crds` from src/api and the providers' schemas.\n";

/** Every CRD by the name of its file under `crds/`. */
export function customResourceDefinitions(): ReadonlyMap<string, object> {
  return new Map(definitions().map((definition) => [`${definition.type.group}_${definition.type.plural}.yaml`, customResourceDefinition(definition)]));
}
