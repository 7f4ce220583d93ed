import { defaultProject } from '../../api/app-project.ts';
import type { ApplicationSet } from '../../api/application-set.ts';
import type { KubeObject } from '../../api/object.ts';
import type { GenerationsOptions, GitGenerating } from './generations.ts';
import type { SetEntry } from './reconcile.ts';

/** The project that a generator's Applications name, as the template has it. */
function projectOf({ spec }: ApplicationSet, generator: Pick<GitGenerating, 'template'>): string {
  const given = generator.template?.spec['project'] ?? spec.template.spec['project'];
  return typeof given === 'string' && given !== '' ? given : defaultProject;
}

/** ApplicationSets as who names a project, once for each of their generators: a template of a name counts for `default`, which hears of all there is. */
export function projectUsers(sets: Iterable<SetEntry>): readonly KubeObject[] {
  return [...sets].flatMap(({ apiVersion, kind, metadata, parsed }) =>
    parsed.ok ? parsed.value.spec.generators.map((generator) => ({ apiVersion, kind, metadata, spec: { project: plainName(projectOf(parsed.value, generator)) } })) : [],
  );
}

function plainName(project: string): string {
  return project.includes('{{') ? defaultProject : project;
}

/** What projects say of generators. */
interface GeneratorRights {
  /** Answers why the projects are not known. */
  readonly ready: () => Promise<string | undefined>;
  /** Why one may not read a repository, by the project that its template names; undefined where it may. */
  readonly generatorRefusal: (generator: { readonly namespace: string | undefined; readonly project: string; readonly repoURL: string }) => string | undefined;
}

/** Puts the repositories of generators against the projects that their Applications name: with a generator a file list and contents are read, too. */
export function refuseGenerators(projects: GeneratorRights): NonNullable<GenerationsOptions['refusalOf']> {
  return async (set, generator) => (await projects.ready()) ?? projects.generatorRefusal({ namespace: set.metadata.namespace, project: projectOf(set, generator), repoURL: generator.git.repoURL });
}
