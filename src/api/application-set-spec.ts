import { z } from 'zod';
import { type LabelSelector, labelSelector } from './label-selector.ts';
import { unsupported } from './schema.ts';

/** What YAML and JSON can say. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | PlainFields;
export interface PlainFields {
  readonly [key: string]: PlainValue;
}

/** What a generated Application is rendered from. Every text in it, keys of maps too, is a template. */
export interface ApplicationTemplate {
  readonly metadata: PlainFields;
  readonly spec: PlainFields;
}

/** One set of parameters for each element. */
export interface ListGenerator {
  readonly elements: readonly PlainFields[];
  /** A YAML list of further elements; empty: none. */
  readonly elementsYaml: string;
}

/** One set of parameters for each folder of a repository that is meant. */
export interface GitDirectoriesGenerator extends GitSource {
  readonly directories: readonly PathItem[];
}

/** One set of parameters for each file that is meant, or for each item of the list that the file holds. */
export interface GitFilesGenerator extends GitSource {
  readonly files: readonly PathItem[];
}

interface GitSource {
  readonly repoURL: string;
  readonly revision: string;
  /** The parameters of the path go by `<prefix>.path`; empty: by `path`. */
  readonly pathParamPrefix: string;
  /** Further parameters, `values.<name>`: templates that see the others. */
  readonly values: Readonly<Record<string, string>>;
}

export interface PathItem {
  readonly path: string;
  readonly exclude: boolean;
}

/** What gives parameters, with what it adds to all generators alike. */
export type ApplicationSetGenerator = Generating & {
  /** Takes precedence over `spec.template`, field by field. */
  readonly template?: ApplicationTemplate;
  /** Which sets of parameters are used, by the parameters as labels; absent: all. */
  readonly selector?: LabelSelector;
};

type Generating =
  | { readonly kind: 'list'; readonly list: ListGenerator }
  | { readonly kind: 'directories'; readonly git: GitDirectoriesGenerator }
  | { readonly kind: 'files'; readonly git: GitFilesGenerator };

/** What may be done to Applications that are there. They are created in any case. */
export interface ApplicationsPolicy {
  readonly update: boolean;
  readonly delete: boolean;
}

/** What becomes of a field that the parameters do not have; Go's `missingkey`. */
export type MissingParameter = 'default' | 'zero' | 'error';

/** What an ApplicationSet asks for, with Argo CD's defaults filled in. */
export interface ApplicationSetSpec {
  /** Go's text/template with sprig; false: names in `{{ }}` alone are replaced. */
  readonly goTemplate: boolean;
  readonly missingKey: MissingParameter;
  readonly generators: readonly ApplicationSetGenerator[];
  readonly template: ApplicationTemplate;
  /** A template of YAML that is merged into each Application. */
  readonly templatePatch?: string;
  readonly policy: ApplicationsPolicy;
  /** Generated Applications get no finalizer: their objects stay when they go. */
  readonly preserveResourcesOnDeletion: boolean;
  /** Annotations and labels of Applications that stay as somebody else has set them. */
  readonly preserved: { readonly annotations: readonly string[]; readonly labels: readonly string[] };
}

const plainFields = z.record(z.string(), z.unknown()).transform(toPlainFields);

function toPlainFields(fields: Readonly<Record<string, unknown>>): PlainFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toPlainValue(value)]));
}

/** What a parser of YAML or JSON has read; nothing else comes here, and would count as null. */
export function toPlainValue(value: unknown): PlainValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item: unknown) => toPlainValue(item));
  return typeof value === 'object' && value !== null ? toPlainFields({ ...value }) : null;
}

/** Whether a value is a map. */
export function isPlainFields(value: PlainValue | undefined): value is PlainFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const template = z.strictObject({
  metadata: z.strictObject({
    name: z.string().exactOptional(),
    namespace: z.string().exactOptional().describe("Must come to the ApplicationSet's own namespace."),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
    finalizers: z.array(z.string()).exactOptional().describe('resources-finalizer.argocd.argoproj.io where absent, unless preserveResourcesOnDeletion is set.'),
  }),
  spec: plainFields.describe("An Application's spec, of templates."),
});

/** The same in a generator: whatever it leaves out is that of `spec.template`. */
const ownTemplate = z.strictObject({ metadata: template.shape.metadata.exactOptional(), spec: template.shape.spec.exactOptional() });

const requeueAfterSeconds = z.int().exactOptional().describe('Without effect: the repository is looked at as often as those of Applications are.');
const pathItem = z.strictObject({ path: z.string().min(1).max(1024), exclude: z.boolean().exactOptional().describe('Leave out what matches; it wins over what is meant.') });

const list = z.strictObject({
  elements: z.array(plainFields).exactOptional().describe('One Application for each; without goTemplate, maps of texts, and `values` a map of texts.'),
  elementsYaml: z.string().exactOptional().describe('Further elements, as a YAML list.'),
  template: ownTemplate.exactOptional(),
});

const git = z.strictObject({
  repoURL: z.string().min(1).describe('The repository: an address, or "." for the one that a command was given.'),
  revision: z.string().describe('Branch, tag or commit; HEAD where empty.'),
  directories: z.array(pathItem).exactOptional().describe('Folders, as patterns of which * crosses no slash.'),
  files: z.array(pathItem).exactOptional().describe('Files of YAML or JSON, as patterns of which * crosses slashes.'),
  pathParamPrefix: z.string().exactOptional(),
  values: z.record(z.string(), z.string()).exactOptional().describe('Further parameters, values.<name>: templates that see the others.'),
  requeueAfterSeconds,
  template: ownTemplate.exactOptional(),
});

const kinds = ['list', 'git'] as const;

const generator = z
  .strictObject({
    list: list.exactOptional().describe('Elements that stand here.'),
    git: git.exactOptional().describe('Folders or files of a Git repository.'),
    selector: labelSelector.exactOptional().describe('Which of them are used, by their parameters.'),
    clusters: unsupported(),
    scmProvider: unsupported(),
    clusterDecisionResource: unsupported(),
    pullRequest: unsupported(),
    matrix: unsupported(),
    merge: unsupported(),
    plugin: unsupported(),
  })
  .superRefine((one, context) => {
    const refuse = (path: readonly string[], message: string): void => context.addIssue({ code: 'custom', path: [...path], message });
    const given = kinds.filter((kind) => one[kind] !== undefined);
    if (given.length !== 1) return refuse([], 'must have exactly one of list and git');
    const { directories = [], files = [] } = one.git ?? {};
    if (one.git !== undefined && (directories.length === 0) === (files.length === 0)) refuse(['git'], 'must have either directories or files');
  })
  .transform((one, context): ApplicationSetGenerator => {
    const own = one.list?.template ?? one.git?.template;
    const more = {
      ...(own === undefined ? {} : { template: { metadata: { ...own.metadata }, spec: own.spec ?? {} } }),
      ...(one.selector === undefined ? {} : { selector: one.selector }),
    };
    if (one.list !== undefined) return { kind: 'list', list: { elements: one.list.elements ?? [], elementsYaml: one.list.elementsYaml ?? '' }, ...more };
    if (one.git === undefined) return none(context);
    const { repoURL, revision, pathParamPrefix = '', values = {}, directories = [], files = [] } = one.git;
    const source = { repoURL, revision: revision || 'HEAD', pathParamPrefix, values };
    if (directories.length > 0) return { kind: 'directories', git: { ...source, directories: directories.map(toItem) }, ...more };
    return { kind: 'files', git: { ...source, files: files.map(toItem) }, ...more };
  });

function toItem({ path, exclude = false }: z.output<typeof pathItem>): PathItem {
  return { path, exclude };
}

/** What is refused above is not looked at again. */
function none(context: z.core.$RefinementCtx): never {
  context.addIssue({ code: 'custom', message: 'must have exactly one of list and git', input: undefined });
  return z.NEVER;
}

const policies = { sync: { update: true, delete: true }, 'create-only': { update: false, delete: false }, 'create-update': { update: true, delete: false }, 'create-delete': { update: false, delete: true } } as const;
const missingKeys = { 'missingkey=default': 'default', 'missingkey=invalid': 'default', 'missingkey=zero': 'zero', 'missingkey=error': 'error' } as const;

/** `spec` of an ApplicationSet. */
export const applicationSetSpec = z
  .strictObject({
    goTemplate: z.boolean().exactOptional().describe("Templates are Go's, with sprig; otherwise names in {{ }} are replaced."),
    goTemplateOptions: z.array(z.enum(['missingkey=default', 'missingkey=invalid', 'missingkey=zero', 'missingkey=error'])).exactOptional().describe('What becomes of parameters that are missing: missingkey=error.'),
    generators: z.array(generator).max(100).describe('What gives parameters; one Application for each set of them.'),
    template: template.describe('What each Application is rendered from.'),
    templatePatch: z.string().exactOptional().describe('A template of YAML that is merged into each Application: for fields that are no texts.'),
    syncPolicy: z
      .strictObject({
        preserveResourcesOnDeletion: z.boolean().exactOptional().describe('The objects of Applications stay when those go.'),
        applicationsSync: z.enum(['sync', 'create-only', 'create-update', 'create-delete']).exactOptional().describe('What may be done to Applications; sync, which is all, where absent.'),
      })
      .exactOptional(),
    preservedFields: z
      .strictObject({ annotations: z.array(z.string()).exactOptional(), labels: z.array(z.string()).exactOptional() })
      .exactOptional()
      .describe('Names of annotations and labels of Applications that stay as somebody else has set them.'),
    applyNestedSelectors: z.boolean().exactOptional().describe('Without effect, as in Argo CD.'),
    strategy: unsupported(),
    ignoreApplicationDifferences: unsupported(),
  })
  .transform(
    ({ goTemplate = false, goTemplateOptions = [], generators, template, templatePatch, syncPolicy, preservedFields }): ApplicationSetSpec => ({
      goTemplate,
      // the last one wins, as in Go
      missingKey: goTemplateOptions.map((option) => missingKeys[option]).at(-1) ?? 'default',
      generators,
      template: { metadata: { ...template.metadata }, spec: template.spec },
      ...(templatePatch === undefined ? {} : { templatePatch }),
      policy: policies[syncPolicy?.applicationsSync ?? 'sync'],
      preserveResourcesOnDeletion: syncPolicy?.preserveResourcesOnDeletion ?? false,
      preserved: { annotations: preservedFields?.annotations ?? [], labels: preservedFields?.labels ?? [] },
    }),
  );
