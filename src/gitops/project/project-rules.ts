import { createHash } from 'node:crypto';
import type { AppProject, ProjectDestination, ProjectKind } from '../../api/app-project.ts';
import type { Application } from '../../api/application.ts';
import { compileGlob, type Glob } from '../../lib/glob.ts';
import { compileNamePattern } from '../../lib/name-pattern.ts';
import { sourcesOf } from '../render/render-application.ts';
import { compileRepositories } from './repository-patterns.ts';

/** The names by which Applications say that they mean the cluster they stand in. */
const here = { server: 'https://kubernetes.default.svc', name: 'in-cluster' };

/** Something that a project does not allow. `path` is into the Application. */
export interface ProjectRefusal {
  readonly path: string;
  readonly message: string;
}

/** An object, as far as a project cares. */
export interface ProjectObject {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Absent: of no namespace. */
  readonly namespace?: string | undefined;
}

/** What a project allows, compiled: it is asked at each pass and each write. */
export interface ProjectRules {
  /** Two projects with the same text allow the same. */
  readonly identity: string;
  /** What it says of an Application itself: where it stands, what it reads, where it deploys to, and as whom. Empty: nothing against it. */
  readonly refusals: (application: Pick<Application, 'metadata' | 'spec'>) => readonly ProjectRefusal[];
  /** Why Applications and ApplicationSets of a namespace may not name the project; undefined where they may. */
  readonly namespaceRefusal: (namespace: string | undefined) => string | undefined;
  /** Why a repository may not be read; undefined where it may. */
  readonly repositoryRefusal: (repoURL: string) => string | undefined;
  /** Why an object may not be written or deleted; undefined where it may. */
  readonly objectRefusal: (object: ProjectObject) => string | undefined;
  /** As whom an Application that deploys to a namespace writes: a user of the API server. Undefined: as the controller itself. */
  readonly userFor: (namespace: string) => string | undefined;
}

interface Compiled {
  readonly name: string;
  readonly project: AppProject;
  readonly mayDeployTo: (namespace: string) => boolean;
  readonly userFor: (namespace: string) => string | undefined;
}

/**
 * Compiles a project. (Source: Argo CD's types of projects and DeriveServiceAccountToImpersonate; a pattern that begins with `!` takes away what
 * others allow.)
 */
export function createProjectRules(project: AppProject): ProjectRules {
  const { metadata, ...spec } = project;
  const compiled: Compiled = { name: metadata.name, project, mayDeployTo: compileDestinations(project.destinations), userFor: compileAccounts(project) };
  const allowsRepository = compileRepositories(project.sourceRepos);
  const repositoryRefusal = (repoURL: string): string | undefined => (allowsRepository(repoURL) ? undefined : `project ${metadata.name} does not allow this repository (sourceRepos)`);
  const namespaceRefusal = compileNamespaces(compiled);
  return {
    // it becomes a part of the identity of each of its Applications
    identity: createHash('sha256').update(JSON.stringify([metadata.name, spec])).digest('hex'),
    repositoryRefusal,
    namespaceRefusal,
    refusals: (application) => [...placeRefusals(application, namespaceRefusal), ...sourceRefusals(application, repositoryRefusal), ...destinationRefusals(compiled, application)],
    objectRefusal: compileKinds(compiled),
    userFor: compiled.userFor,
  };
}

/** Applications of a project's own namespace may name it, those of others where it says so. */
function compileNamespaces({ name, project }: Compiled): ProjectRules['namespaceRefusal'] {
  const isListed = compileList(project.sourceNamespaces);
  return (namespace) => {
    if (namespace === undefined || namespace === project.metadata.namespace || isListed(namespace)) return undefined;
    return `project ${name} does not allow Applications of namespace ${namespace} (sourceNamespaces)`;
  };
}

function placeRefusals({ metadata }: Pick<Application, 'metadata'>, refusalOf: ProjectRules['namespaceRefusal']): readonly ProjectRefusal[] {
  const message = refusalOf(metadata.namespace);
  return message === undefined ? [] : [{ path: 'metadata.namespace', message }];
}

function sourceRefusals(application: Pick<Application, 'spec'>, refusalOf: ProjectRules['repositoryRefusal']): readonly ProjectRefusal[] {
  return sourcesOf(application).flatMap(({ source, field }) => {
    const message = refusalOf(source.repoURL);
    return message === undefined ? [] : [{ path: `${field}.repoURL`, message }];
  });
}

function destinationRefusals({ name, project, mayDeployTo, userFor }: Compiled, { spec: { destination: { namespace } } }: Pick<Application, 'spec'>): readonly ProjectRefusal[] {
  const path = 'spec.destination.namespace';
  if (!mayDeployTo(namespace)) return [{ path, message: `project ${name} does not allow namespace ${namespace} (destinations)` }];
  if (project.destinationServiceAccounts.length === 0 || userFor(namespace) !== undefined) return [];
  return [{ path, message: `project ${name} names no service account for namespace ${namespace} (destinationServiceAccounts), and nothing is written as anybody else` }];
}

function compileDestinations(destinations: readonly ProjectDestination[]): (namespace: string) => boolean {
  const meant = destinations.map(({ server = '', name = '', namespace = '' }) => ({
    isTakenAway: [server, name, namespace].some((text) => text.startsWith('!')),
    isHere: globOf(bare(server))(here.server) || globOf(bare(name))(here.name),
    matches: globOf(bare(namespace)),
  }));
  const [takers, givers] = [meant.filter(({ isTakenAway }) => isTakenAway), meant.filter(({ isTakenAway }) => !isTakenAway)];
  const hits = (some: typeof meant, namespace: string): boolean => some.some(({ isHere, matches }) => isHere && matches(namespace));
  return (namespace) => hits(givers, namespace) && !hits(takers, namespace);
}

function compileAccounts({ destinationServiceAccounts }: AppProject): Compiled['userFor'] {
  const accounts = destinationServiceAccounts.map(({ server, namespace, defaultServiceAccount }) => ({ isHere: globOf(server)(here.server), matches: globOf(namespace), account: defaultServiceAccount }));
  return (namespace) => {
    const found = accounts.find(({ isHere, matches }) => isHere && matches(namespace))?.account;
    if (found === undefined) return undefined;
    return `system:serviceaccount:${found.includes(':') ? found : `${namespace}:${found}`}`;
  };
}

function compileKinds({ name: project, project: { clusterResourceWhitelist, clusterResourceBlacklist, namespaceResourceWhitelist, namespaceResourceBlacklist }, mayDeployTo }: Compiled): ProjectRules['objectRefusal'] {
  const [inCluster, notInCluster, notInNamespace] = [clusterResourceWhitelist, clusterResourceBlacklist, namespaceResourceBlacklist].map(compileKindList);
  const inNamespace = namespaceResourceWhitelist === undefined ? undefined : compileKindList(namespaceResourceWhitelist);
  return (object) => {
    const { group, kind, name, namespace } = object;
    const refused = (field: string): string => `project ${project} does not allow ${kind} ${name}${group === '' ? '' : ` of ${group}`} (${field})`;
    if (namespace === undefined) {
      if (inCluster?.(object) !== true) return refused('clusterResourceWhitelist');
      return notInCluster?.(object) === true ? refused('clusterResourceBlacklist') : undefined;
    }
    if (!mayDeployTo(namespace)) return `project ${project} does not allow namespace ${namespace} (destinations)`;
    if (notInNamespace?.(object) === true) return refused('namespaceResourceBlacklist');
    return inNamespace?.(object) === false ? refused('namespaceResourceWhitelist') : undefined;
  };
}

function compileKindList(list: readonly ProjectKind[]): (object: ProjectObject) => boolean {
  const compiled = list.map(({ group, kind, name = '*' }) => ({ group: globOf(group), kind: globOf(kind), name: globOf(name) }));
  return (object) => compiled.some(({ group, kind, name }) => group(object.group) && kind(object.kind) && name(object.name));
}

/** Some pattern allows it, and none takes it away. One between slashes is a regular expression. */
function compileList(patterns: readonly string[]): Glob {
  const takers = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => namesOf(bare(pattern)));
  const givers = patterns.filter((pattern) => !pattern.startsWith('!')).map(namesOf);
  return (text) => givers.some((gives) => gives(text)) && !takers.some((takes) => takes(text));
}

function bare(pattern: string): string {
  return pattern.replace(/^!/, '');
}

/** As `globOf`. */
function namesOf(pattern: string): Glob {
  return compileNamePattern(pattern) ?? (() => false);
}

/** A pattern that is no glob was refused as the project was parsed. */
function globOf(pattern: string): Glob {
  return compileGlob(pattern) ?? (() => false);
}
