/** Whether something may be deleted: yes, no, or once a person has agreed. */
export type Consent = 'yes' | 'no' | 'confirm';

/** Argo CD's sync options, of an Application or of one of its objects. What is absent was not said. */
export interface SyncChoices {
  readonly createNamespace?: boolean;
  /** Do not write an object again whose only differences are ignored ones. */
  readonly outOfSyncOnly?: boolean;
  /** Leave ignored fields as they are when something else of an object is written. */
  readonly respectIgnored?: boolean;
  /** A kind that is not served yet fails its own wave, not the whole sync before it begins. */
  readonly mayBeMissing?: boolean;
  /** Replace the whole object instead of applying it: fields that others have set go. */
  readonly replace?: boolean;
  /** Delete and make again what the API server does not let change. */
  readonly force?: boolean;
  /** Whether objects that Git no longer has may go. */
  readonly prune?: Consent;
  /** Whether objects may go with their Application. */
  readonly delete?: Consent;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
}

/** What one option says; undefined: what is so anyway. */
interface Option {
  /** False: it means something on an Application only. */
  readonly ofObjects: boolean;
  readonly values: Readonly<Record<string, SyncChoices | { readonly refused: string }>>;
}

const anyway: SyncChoices = {};

function yesOrNo(of: (value: boolean) => SyncChoices, ofObjects = true): Option {
  return { ofObjects, values: { true: of(true), false: of(false) } };
}

function consent(of: (value: Consent) => SyncChoices): Option {
  return { ofObjects: true, values: { true: of('yes'), false: of('no'), confirm: of('confirm') } };
}

/** Argo CD's names (docs/user-guide/sync-options.md). Options without a choice are of client-side apply, or say what is always so. */
const options: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['CreateNamespace', yesOrNo((createNamespace) => ({ createNamespace }), false)],
  ['ServerSideApply', { ofObjects: true, values: { true: anyway, false: { refused: 'objects from Git are always applied by the API server; remove it' } } }],
  ['PruneLast', yesOrNo(() => anyway)],
  ['ApplyOutOfSyncOnly', yesOrNo((outOfSyncOnly) => ({ outOfSyncOnly }), false)],
  ['PrunePropagationPolicy', { ofObjects: false, values: { foreground: { propagation: 'Foreground' }, background: { propagation: 'Background' }, orphan: { propagation: 'Orphan' } } }],
  ['RespectIgnoreDifferences', yesOrNo((respectIgnored) => ({ respectIgnored }), false)],
  ['Prune', consent((prune) => ({ prune }))],
  ['Delete', consent((value) => ({ delete: value }))],
  ['Replace', yesOrNo((replace) => ({ replace }))],
  ['Force', yesOrNo((force) => ({ force }))],
  ['FailOnSharedResource', yesOrNo(() => anyway, false)],
  ['SkipDryRunOnMissingResource', yesOrNo((mayBeMissing) => ({ mayBeMissing }))],
  ['Validate', yesOrNo(() => anyway)],
]);

/** What a list of options comes to: choices, later ones over earlier ones, and what is wrong with each. */
export interface ReadOptions {
  readonly choices: SyncChoices;
  readonly problems: readonly { readonly index: number; readonly message: string }[];
}

function readOption(text: string, of: 'application' | 'object'): SyncChoices | { readonly refused: string } {
  const [name = '', value = '', ...more] = text.split('=');
  const option = options.get(name);
  if (option === undefined) return { refused: `is not a sync option of this version of Prelude; known: ${[...options.keys()].join(', ')}` };
  if (of === 'object' && !option.ofObjects) return { refused: `${name} is an option of Applications; it means nothing on one object` };
  const known = Object.entries(option.values).find(([word]) => word === value && more.length === 0)?.[1];
  return known ?? { refused: `${name} must be one of ${Object.keys(option.values).join(', ')}` };
}

/** Reads sync options as they stand in a list: `Prune=false`. */
export function readSyncOptions(list: readonly string[], of: 'application' | 'object'): ReadOptions {
  let choices: SyncChoices = {};
  const problems: { index: number; message: string }[] = [];
  for (const [index, text] of list.entries()) {
    const read = readOption(text, of);
    if ('refused' in read) problems.push({ index, message: read.refused });
    else choices = { ...choices, ...read };
  }
  return { choices, problems };
}

/** Where an object names its own options. */
export const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options';

/** The options of one object, `A=b,C=d` in its annotation. */
export function objectOptions(annotations: Readonly<Record<string, string>> = {}): ReadOptions {
  const words = (annotations[syncOptionsAnnotation] ?? '').split(',').map((word) => word.trim());
  return readSyncOptions(words.filter((word) => word !== ''), 'object');
}

/** What counts for an object: what it says itself, then what its Application says. */
export function choicesFor(annotations: Readonly<Record<string, string>> | undefined, application: SyncChoices): SyncChoices {
  return { ...application, ...objectOptions(annotations).choices };
}
