import { z } from 'zod';
import { compileGlob } from '../lib/glob.ts';
import { compileNamePattern } from '../lib/name-pattern.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import { parseApiVersion } from './object.ts';
import { parse, type Parsed, unsupported } from './schema.ts';

/** Kinds, as globs. */
export interface ProjectKind {
  readonly group: string;
  readonly kind: string;
  /** Absent: all of the kind. */
  readonly name?: string;
}

/** Where Applications may deploy to, as globs; one that begins with `!` takes away. Without `server` and `name`, or without `namespace`, it means nothing. */
export interface ProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** As whom objects are written that go to a destination. */
export interface ProjectServiceAccount {
  readonly server: string;
  readonly namespace: string;
  /** `NAME`, of the destination's namespace, or `NAMESPACE:NAME`. */
  readonly defaultServiceAccount: string;
}

/** Argo CD's AppProject: what the Applications that name it may do. What it does not allow is refused. */
export interface AppProject {
  readonly metadata: ObjectMeta;
  readonly sourceRepos: readonly string[];
  readonly destinations: readonly ProjectDestination[];
  readonly clusterResourceWhitelist: readonly ProjectKind[];
  readonly clusterResourceBlacklist: readonly ProjectKind[];
  /** Absent: every kind with a namespace. */
  readonly namespaceResourceWhitelist?: readonly ProjectKind[];
  readonly namespaceResourceBlacklist: readonly ProjectKind[];
  readonly sourceNamespaces: readonly string[];
  readonly destinationServiceAccounts: readonly ProjectServiceAccount[];
}

/** The project of an Application that names none. */
export const defaultProject = 'default';

const projectKind = 'AppProject';
const apiVersion = 'argoproj.io/v1alpha1';

const globText = z.string().max(1024).refine((text) => compileGlob(text.replace(/^!/, '')) !== undefined, 'must be a glob');
const namePattern = z.string().max(1024).refine((text) => compileNamePattern(text.replace(/^!/, '')) !== undefined, 'must be a glob, or a regular expression between slashes, of the syntax RE2');
/** Nothing can be taken away from who somebody is. */
const plainGlob = globText.refine((text) => !text.includes('!'), 'must be a glob without !');

const kinds = z.array(z.strictObject({ group: globText, kind: globText })).max(1000);
const namedKinds = z.array(z.strictObject({ group: globText, kind: globText, name: globText.exactOptional() })).max(1000);

const accountName = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
const serviceAccount = z
  .string()
  .max(320)
  // an empty one would be nobody, and who impersonates nobody writes as himself
  .regex(new RegExp(`^${accountName}(:${accountName})?$`), 'must be NAME or NAMESPACE:NAME of a service account');

/** `spec` of an AppProject. */
export const appProjectSpec = z.strictObject({
  description: z.string().exactOptional().describe('For people.'),
  sourceRepos: z.array(globText).max(1000).exactOptional().describe('Repositories that may be read, as globs: `*` within one step of the path, `**` across; !GLOB takes away.'),
  destinations: z
    .array(z.strictObject({ server: globText.exactOptional(), name: globText.exactOptional(), namespace: globText.exactOptional() }))
    .max(1000)
    .exactOptional()
    .describe('Namespaces that may be deployed to, as globs; !GLOB takes away.'),
  clusterResourceWhitelist: namedKinds.exactOptional().describe('Kinds without a namespace that may be written; none where absent.'),
  clusterResourceBlacklist: namedKinds.exactOptional().describe('Kinds without a namespace that may not be written.'),
  namespaceResourceWhitelist: kinds.exactOptional().describe('Kinds with a namespace that may be written; all where absent.'),
  namespaceResourceBlacklist: kinds.exactOptional().describe('Kinds with a namespace that may not be written.'),
  sourceNamespaces: z.array(namePattern).max(1000).exactOptional().describe("Namespaces, beside the project's own, whose Applications may name it."),
  destinationServiceAccounts: z
    .array(z.strictObject({ server: plainGlob, namespace: plainGlob.exactOptional(), defaultServiceAccount: serviceAccount }))
    .max(1000)
    .exactOptional()
    .describe('As whom objects are written: the first that fits the destination.'),
  roles: z.array(z.unknown()).exactOptional().describe("Without effect: roles are of Argo CD's API server."),
  orphanedResources: z.unknown().optional().describe('Without effect: only what Applications have applied is looked at.'),
  permitOnlyProjectScopedClusters: z.boolean().exactOptional().describe('Without effect: there is one cluster.'),
  syncWindows: unsupported(),
  signatureKeys: unsupported(),
  sourceIntegrity: unsupported(),
});

/** Whether an object is an AppProject, in whatever version. */
export function isAppProject(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  return object.kind === projectKind && parseApiVersion(object.apiVersion).group === 'argoproj.io';
}

/** Parses an AppProject, from Git or from the cluster. All errors are reported; each names its field. */
export function parseAppProject(object: KubeObject): Parsed<AppProject> {
  if (object.apiVersion !== apiVersion || object.kind !== projectKind) return { ok: false, errors: [{ path: 'apiVersion', message: `must be ${apiVersion} with kind ${projectKind}` }] };
  const parsed = parse(z.object({ spec: appProjectSpec }), object);
  if (!parsed.ok) return parsed;
  const { spec } = parsed.value;
  const { sourceRepos = [], destinations = [], clusterResourceWhitelist = [], clusterResourceBlacklist = [], namespaceResourceWhitelist, namespaceResourceBlacklist = [], sourceNamespaces = [] } = spec;
  return {
    ok: true,
    value: {
      ...{ metadata: object.metadata, sourceRepos, destinations, clusterResourceWhitelist, clusterResourceBlacklist, namespaceResourceBlacklist, sourceNamespaces },
      ...(namespaceResourceWhitelist === undefined ? {} : { namespaceResourceWhitelist }),
      destinationServiceAccounts: (spec.destinationServiceAccounts ?? []).map(({ server, namespace = '', defaultServiceAccount }) => ({ server, namespace, defaultServiceAccount })),
    },
  };
}
