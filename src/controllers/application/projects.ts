import { type AppProject, defaultProject, parseAppProject } from '../../api/app-project.ts';
import type { Application } from '../../api/application.ts';
import { keyOf, type KubeObject, type ObjectKey } from '../../api/object.ts';
import { formatErrors, type Parsed } from '../../api/schema.ts';
import type { ProjectRights } from '../../gitops/project/guard-writes.ts';
import { createProjectRules, type ProjectRules } from '../../gitops/project/project-rules.ts';
import { textAt } from '../../gitops/health/live-field.ts';
import { appProjectType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { StartInformer } from './live-index.ts';
import type { ApplicationCache } from './watch.ts';

/** What Applications may do by their projects. */
export interface Projects {
  /** Waits until the projects are known, for a while. Answers why they are not: without them nobody knows what is allowed. */
  readonly ready: () => Promise<string | undefined>;
  /** What an Application may do by its project as it is now. Cheap: it is asked before each write. */
  readonly rightsOf: (raw: KubeObject, application: Pick<Application, 'metadata' | 'spec'>) => ProjectRights;
  /** Why a generator of an ApplicationSet may not read a repository, by the project that its template names; undefined where it may. */
  readonly generatorRefusal: (generator: Generating) => string | undefined;
}

/** A generator that reads a repository. */
export interface Generating {
  /** Of the ApplicationSet. */
  readonly namespace: string | undefined;
  /** As the template has it. */
  readonly project: string;
  readonly repoURL: string;
}

export interface ProjectsOptions {
  readonly startInformer: StartInformer;
  /** Where projects are. */
  readonly namespace: string;
  readonly applications: Pick<ApplicationCache, 'values'>;
  /** Another project, or another text of it, counts for this Application. */
  readonly onChange: (application: ObjectKey) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A project as it is kept: compiled, or what is wrong with it. */
type KnownProject = { readonly rules: ProjectRules } | { readonly problem: string };

interface Verdict {
  readonly project: KnownProject | undefined;
  /** Whether there are no projects at all. */
  readonly isBare: boolean;
  readonly rights: ProjectRights;
}

/** How long a pass waits for the first list, in milliseconds. */
const patience = 10_000;

/** Everything is allowed. */
const unbound: ProjectRights = {};

function knownProject(object: KubeObject): KnownProject {
  const parsed: Parsed<AppProject> = parseAppProject(object);
  return parsed.ok ? { rules: createProjectRules(parsed.value) } : { problem: formatErrors(parsed.errors) };
}

/**
 * What it means that there is no such project. A `default` that is not there allows everything to whoever may write where projects are; to
 * others only as long as nobody has made a project: they need none of the rights that make one.
 */
function withoutProject({ home, project }: { readonly home: string | undefined; readonly project: string }, isBare: boolean, namespace: string): ProjectRights {
  const missing = `project ${project} does not exist: there is no AppProject ${project} in namespace ${namespace}`;
  if (project !== defaultProject) return { problem: `${missing}; create it, or name another one in spec.project` };
  if (isBare || home === namespace) return unbound;
  return { problem: `${missing}, and there are others, so Applications of namespace ${home ?? ''} are allowed nothing without it; create it with that namespace in sourceNamespaces, or name another one in spec.project` };
}

/** What a project means to an Application. */
function judge(application: Pick<Application, 'metadata' | 'spec'>, known: KnownProject, namespace: string): ProjectRights {
  const { project, destination } = application.spec;
  if ('problem' in known) return { problem: unreadable(known, project, namespace) };
  const { rules } = known;
  const refusals = rules.refusals(application);
  if (refusals.length > 0) return { problem: formatErrors(refusals), rules };
  const user = rules.userFor(destination.namespace);
  return { rules, ...(user === undefined ? {} : { user }) };
}

function unreadable({ problem }: { readonly problem: string }, project: string, namespace: string): string {
  return `AppProject ${namespace}/${project} cannot be read: ${problem}`;
}

/** Nobody knows the project before the repository is read where it is a template itself. */
function judgeGenerator({ namespace: home, project, repoURL }: Generating, known: KnownProject | undefined, isBare: boolean, namespace: string): string | undefined {
  if (project.includes('{{')) {
    return isBare ? undefined : 'the project of the template is a template itself, so it is not known which project allows this repository; write its name into spec.template.spec.project';
  }
  if (known === undefined) return withoutProject({ home, project }, isBare, namespace).problem;
  return 'problem' in known ? unreadable(known, project, namespace) : (known.rules.namespaceRefusal(home) ?? known.rules.repositoryRefusal(repoURL));
}

/** Watches the projects, compiles each once, and wakes the Applications of one that changes. */
export function createProjects({ startInformer, namespace, applications, onChange, clock, signal }: ProjectsOptions): Projects {
  const informer = startInformer({ type: appProjectType, selection: { namespace }, project: knownProject }, signal);
  const verdicts = new WeakMap<KubeObject, Verdict>();
  const wake = (project?: string): void => {
    for (const raw of applications.values()) if (project === undefined || projectOf(raw) === project) onChange(keyOf(raw));
  };
  let wasBare = true;
  informer.subscribe(({ key }) => {
    wake(key.name);
    const isBare = informer.size() === 0;
    if (isBare !== wasBare && key.name !== defaultProject) wake(defaultProject);
    wasBare = isBare;
  });
  return {
    ready: readiness({ synced: informer.synced, clock, namespace, onLate: wake }),
    rightsOf: (raw, application) => {
      const project = informer.get({ namespace, name: application.spec.project });
      const isBare = informer.size() === 0;
      const known = verdicts.get(raw);
      if (known !== undefined && known.project === project && known.isBare === isBare) return known.rights;
      const rights = project === undefined ? withoutProject({ home: application.metadata.namespace, project: application.spec.project }, isBare, namespace) : judge(application, project, namespace);
      verdicts.set(raw, { project, isBare, rights });
      return rights;
    },
    generatorRefusal: (generator) => judgeGenerator(generator, informer.get({ namespace, name: generator.project }), informer.size() === 0, namespace),
  };
}

interface ReadinessOptions {
  readonly synced: Promise<void>;
  readonly clock: Clock;
  readonly namespace: string;
  /** The projects are known after all. */
  readonly onLate: () => void;
}

/** Waits for the first list once: passes after that are told at once, so that they hold nobody up. */
function readiness({ synced, clock, namespace, onLate }: ReadinessOptions): Projects['ready'] {
  let isSynced = false;
  let isLate = false;
  const note = async (): Promise<void> => {
    try {
      await synced;
    } catch {
      // it is over
      return;
    }
    isSynced = true;
    if (isLate) onLate();
  };
  void note();
  return async () => {
    if (!isSynced && !isLate && !(await isInTime(synced, clock))) isLate = true;
    return isSynced ? undefined : `AppProjects of namespace ${namespace} have not been listed yet, and without them it is not known what Applications may do; let the controller get, list and watch appprojects there, and see in its log what the API server answers`;
  };
}

function projectOf(raw: KubeObject): string {
  return textAt(raw, 'spec', 'project') || defaultProject;
}

async function isInTime(synced: Promise<void>, clock: Clock): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const cancel = clock.after(patience, () => late.resolve(false));
  try {
    return await Promise.race([late.promise, synced.then(() => true)]);
  } finally {
    cancel();
  }
}
