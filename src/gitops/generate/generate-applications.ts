import { setImmediate } from 'node:timers/promises';
import { type Application, defaultApplicationNamespace, parseApplication, resourcesFinalizer } from '../../api/application.ts';
import type { ApplicationSet } from '../../api/application-set.ts';
import { applicationSetApiVersion } from '../../api/application-set.ts';
import type { ApplicationSetGenerator, ApplicationSetSpec, PlainFields } from '../../api/application-set-spec.ts';
import { isPlainFields } from '../../api/application-set-spec.ts';
import { objectName } from '../../api/kube-text.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { withinBudget } from './letter-budget.ts';
import { parseManifest } from '../render/manifest-schema.ts';
import { createFastTemplates } from './fast-template.ts';
import { fillTemplate } from './fill-template.ts';
import { GenerationError } from './generation-error.ts';
import type { GivenParameters } from './git-parameters.ts';
import { generateParameters, type ReadTree } from './generate-parameters.ts';
import { renderAt, renderFields } from './render-fields.ts';
import type { RenderText } from './render-text.ts';
import { applyTemplatePatch } from './template-patch.ts';

/** An Application that an ApplicationSet means. */
export interface GeneratedApplication {
  readonly application: Application;
  /** In the ApplicationSet's namespace, without an owner: only the cluster knows its uid. */
  readonly object: KubeObject;
  /** What it comes from: a folder, a file, or an element of a list. */
  readonly from: string;
}

/** What an ApplicationSet comes to. */
export interface Generation {
  /** Sorted by name. */
  readonly applications: readonly GeneratedApplication[];
  /** What is no Application, or has a name twice. Those that are in the cluster under such a name stay as they are. */
  readonly refused: readonly GenerationError[];
  /** Names of all, refused ones too: what is not among them is not meant any more. */
  readonly names: ReadonlySet<string>;
  /** Something that was refused has no name that an Application can have: nobody knows which one in the cluster it stands for. */
  readonly hasNameless: boolean;
}

/** More Applications than this one ApplicationSet does not mean. */
const mostApplications = 5_000;
/** Rendered between two looks at whatever else the process has to do. */
const atOnce = 50;

export interface GenerateOptions {
  readonly readTree: ReadTree;
  /** Milliseconds since the epoch, for templates that print the time. */
  readonly now: () => number;
}

/**
 * Renders the Applications of an ApplicationSet.
 * @throws GenerationError where a generator or a template fails: then nothing is known of what is meant, and nothing may be deleted
 */
export async function generateApplications(set: ApplicationSet, { readTree, now }: GenerateOptions, signal: AbortSignal): Promise<Generation> {
  const { spec } = set;
  // the functions of Go's templates are loaded by those who use them
  const render = withinBudget(spec.goTemplate ? (await import('./go-template.ts')).createGoTemplates(spec.missingKey, now) : createFastTemplates());
  const found = new Map<string, GeneratedApplication[]>();
  const refused: GenerationError[] = [];
  let count = 0;
  let hasNameless = false;
  for (const [index, generator] of spec.generators.entries()) {
    for (const given of await generateParameters(generator, index, spec, { readTree, render }, signal)) {
      count += 1;
      if (count > mostApplications) throw new GenerationError('parameters', 'spec.generators', `they give more than ${mostApplications} Applications`);
      if (count % atOnce === 0) await setImmediate(undefined, { signal });
      const fields = renderOne(set, generator, index, given, render);
      const made = toApplication(set, fields, given.from);
      const name = nameOf(fields);
      if (made instanceof GenerationError) {
        refused.push(made);
        hasNameless ||= !isName(name);
      }
      if (name !== '') found.set(name, [...(found.get(name) ?? []), ...(made instanceof GenerationError ? [] : [made])]);
    }
  }
  for (const [name, those] of found) {
    const [first, second] = those;
    if (first !== undefined && second !== undefined) refused.push(new GenerationError('validation', 'spec.template.metadata.name', `${first.from} and ${second.from} both render the Application ${name}`));
  }
  const applications = [...found.values()].flatMap((those) => (those.length === 1 ? those : [])).toSorted((a, b) => (a.object.metadata.name < b.object.metadata.name ? -1 : 1));
  return { applications, refused, names: new Set(found.keys()), hasNameless };
}

/** Renders the template and the patch with one set of parameters. @throws GenerationError `template` */
function renderOne({ metadata, spec }: ApplicationSet, generator: ApplicationSetGenerator, index: number, { parameters }: GivenParameters, render: RenderText): PlainFields {
  const template = fillTemplate(generator.template, spec.template);
  const at = templatePath(generator, index);
  const application = {
    metadata: withFinalizer(renderFields(template.metadata, [...at, 'metadata'], parameters, render), spec),
    spec: renderFields(template.spec, [...at, 'spec'], parameters, render),
  };
  const patched = spec.templatePatch === undefined ? application : applyTemplatePatch(application, renderAt(spec.templatePatch, ['spec', 'templatePatch'], parameters, render));
  const namespace = metadata.namespace ?? defaultApplicationNamespace;
  const own = isPlainFields(patched['metadata']) ? patched['metadata'] : {};
  return { ...patched, metadata: { ...own, namespace: own['namespace'] ?? namespace } };
}

/** Where a person looks: a text of a generator's own template may be wrong, or one of the template for all. */
function templatePath({ kind, template }: ApplicationSetGenerator, index: number): readonly (string | number)[] {
  return template === undefined ? ['spec', 'template'] : ['spec', 'generators', index, kind === 'list' ? 'list' : 'git', 'template'];
}

/** As Argo CD: without a word about finalizers, the objects of an Application go with it. */
function withFinalizer(metadata: PlainFields, { preserveResourcesOnDeletion }: ApplicationSetSpec): PlainFields {
  const { finalizers } = metadata;
  const hasSome = Array.isArray(finalizers) && finalizers.length > 0;
  return hasSome || preserveResourcesOnDeletion ? metadata : { ...metadata, finalizers: [resourcesFinalizer] };
}

function nameOf({ metadata }: PlainFields): string {
  const name = isPlainFields(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function isName(name: string): boolean {
  return objectName().safeParse(name).success;
}

/** What of metadata is the template's; the rest is ours or the API server's. */
const settable: ReadonlySet<string> = new Set(['name', 'namespace', 'labels', 'annotations', 'finalizers']);

/** The Application that was rendered, or what is wrong with it. */
function toApplication({ metadata: { namespace = defaultApplicationNamespace } }: ApplicationSet, fields: PlainFields, from: string): GeneratedApplication | GenerationError {
  const refuse = (path: string, message: string): GenerationError => new GenerationError('validation', path, `${from}: ${message}`);
  const strange = Object.keys(fields).find((name) => name !== 'metadata' && name !== 'spec');
  if (strange !== undefined) return refuse('spec.templatePatch', `sets ${strange}; only metadata and spec are rendered`);
  const odd = isPlainFields(fields['metadata']) ? Object.keys(fields['metadata']).find((field) => !settable.has(field)) : undefined;
  if (odd !== undefined) return refuse('spec.templatePatch', `sets metadata.${odd}; only ${[...settable].join(', ')} are rendered`);
  const name = nameOf(fields);
  if (name === '') return refuse('spec.template.metadata.name', 'renders no name');
  if (!isName(name)) return refuse('spec.template.metadata.name', `"${name.slice(0, 253)}" is not a name in lower case: letters, digits, - and .`);
  const manifest = parseManifest({ apiVersion: applicationSetApiVersion, kind: 'Application', metadata: fields['metadata'], spec: withProject(fields['spec']) });
  if (!manifest.ok) return refuse('spec.template', `Application ${name}: ${formatErrors(manifest.errors)}`);
  if (manifest.value.metadata.namespace !== namespace) return refuse('spec.template.metadata.namespace', `Application ${name} must be in the namespace of its ApplicationSet, ${namespace}`);
  const parsed = parseApplication(manifest.value);
  return parsed.ok ? { application: parsed.value, object: manifest.value, from } : refuse('spec.template', `Application ${name}: ${formatErrors(parsed.errors)}`);
}

/** Argo CD fills it in where it is missing, which would look like a change. */
function withProject(spec: PlainFields[string] | undefined): unknown {
  return isPlainFields(spec) && (spec['project'] === undefined || spec['project'] === '') ? { ...spec, project: 'default' } : spec;
}

