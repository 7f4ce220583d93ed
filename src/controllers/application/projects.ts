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
}

export interface ProjectsOptions {
  readonly startInformer: StartInformer;
  /** Where projects are. */
  readonly namespace: string;
  readonly applications: ApplicationCache;
  /** Another project, or another text of it, counts for this Application. */
  readonly onChange: (application: ObjectKey) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A project as it is kept: compiled, or what is wrong with it. */
type KnownProject = { readonly rules: ProjectRules } | { readonly problem: string };

interface Verdict {
  readonly project: KnownProject | undefined;
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

/** What a project, or the lack of it, means to an Application. */
function judge(application: Pick<Application, 'metadata' | 'spec'>, known: KnownProject | undefined, namespace: string): ProjectRights {
  const { project, destination } = application.spec;
  if (known === undefined) {
    return project === defaultProject ? unbound : { problem: `project ${project} does not exist: there is no AppProject ${project} in namespace ${namespace}; create it, or name another one in spec.project` };
  }
  if ('problem' in known) return { problem: `AppProject ${namespace}/${project} cannot be read: ${known.problem}` };
  const { rules } = known;
  const refusals = rules.refusals(application);
  if (refusals.length > 0) return { problem: formatErrors(refusals), rules };
  const user = rules.userFor(destination.namespace);
  return { rules, ...(user === undefined ? {} : { user }) };
}

/** Watches the projects, compiles each once, and wakes the Applications of one that changes. A `default` that is not there allows everything. */
export function createProjects({ startInformer, namespace, applications, onChange, clock, signal }: ProjectsOptions): Projects {
  const informer = startInformer({ type: appProjectType, selection: { namespace }, project: knownProject }, signal);
  // whoever waits for it hears of it
  informer.synced.catch(() => {});
  const verdicts = new WeakMap<KubeObject, Verdict>();
  informer.subscribe(({ key }) => {
    for (const raw of applications.values()) if (projectOf(raw) === key.name) onChange(keyOf(raw));
  });
  let isSynced = false;
  return {
    ready: async () => {
      isSynced ||= await isInTime(informer.synced, clock);
      return isSynced ? undefined : `AppProjects of namespace ${namespace} cannot be listed, and without them it is not known what Applications may do; install the CustomResourceDefinition appprojects.argoproj.io, and let the controller get, list and watch appprojects there`;
    },
    rightsOf: (raw, application) => {
      const project = informer.get({ namespace, name: application.spec.project });
      const known = verdicts.get(raw);
      if (known !== undefined && known.project === project) return known.rights;
      const rights = judge(application, project, namespace);
      verdicts.set(raw, { project, rights });
      return rights;
    },
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
