import { applicationSetReasons } from '../../api/application-set-status.ts';
import type { ApplicationSet } from '../../api/application-set.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { ParsedObject } from '../../api/parsed-object.ts';
import { formatErrors } from '../../api/schema.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import type { Generation } from '../../gitops/generate/generate-applications.ts';
import { GenerationError } from '../../gitops/generate/generation-error.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { act, type Written } from './act.ts';
import { finishRefresh, refreshAnnotation, releaseSet } from './amend.ts';
import { type SetResult, statusOf } from './conditions.ts';
import type { SetContext } from './context.ts';
import { decideSet, type SetPlan } from './decide.ts';

/** An ApplicationSet as the cache has it. */
export type SetEntry = ParsedObject<ApplicationSet>;

/** Observe, decide, act, report: one ApplicationSet. Undefined: it is not ours, or on its way out. */
export async function reconcileSet(entry: SetEntry, context: SetContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const key = formatKey(keyOf(entry));
  if (context.cluster.kind === 'kubernetes' && (await context.argoRuns(entry.metadata.namespace ?? '', signal))) {
    context.log.info({ applicationSet: key }, 'ApplicationSet left alone: an Argo CD controller of ApplicationSets runs in its namespace');
    return undefined;
  }
  const { parsed, metadata } = entry;
  if (metadata.deletionTimestamp !== undefined) {
    await releaseSet(entry, context.applications.ownedBy(key), context, signal);
    return undefined;
  }
  if (!parsed.ok) return report(entry, { kind: 'error', reason: applicationSetReasons.parameters, message: formatErrors(parsed.errors), isGenerated: false }, { kind: 'stalled' }, context, signal);
  const reconciled = await work(entry, parsed.value, context, signal);
  if (metadata.annotations?.[refreshAnnotation] !== undefined) await finishRefresh(entry, context, signal);
  return reconciled;
}

async function work(entry: SetEntry, set: ApplicationSet, context: SetContext, signal: AbortSignal): Promise<Reconciled> {
  const key = formatKey(keyOf(entry));
  let generation: Generation;
  try {
    generation = await context.generations.get(key, set, entry.metadata.annotations?.[refreshAnnotation] !== undefined, signal);
  } catch (error) {
    if (!(error instanceof GenerationError)) throw error;
    return report(entry, generationFailed(error), { kind: mayHeal(error) ? 'failed' : 'stalled' }, context, signal);
  }
  const { namespace = '' } = set.metadata;
  const plan = decideSet({ set, generation, find: (name) => context.applications.get({ namespace, name }), owned: context.applications.ownedBy(key) });
  const written = await act(plan, context, signal);
  const result = resultOf(plan, written);
  return report(entry, result, { kind: written.failed.length > 0 ? 'failed' : result.kind === 'error' ? 'stalled' : 'synced', events: eventsOf(written) }, context, signal);
}

function generationFailed({ kind, path, message }: GenerationError): SetResult {
  return { kind: 'error', reason: kind === 'template' ? applicationSetReasons.template : applicationSetReasons.parameters, message: `${path}: ${message}`, isGenerated: false };
}

/** A repository may answer again; what a person has written does not change by itself. A new commit or a new spec is looked at anyway. */
function mayHeal({ cause }: GenerationError): boolean {
  return isSourceError(cause, 'absent', 'denied', 'unavailable', 'tooLarge');
}

function resultOf({ refused }: SetPlan, { failed }: Written): SetResult {
  const [failure] = failed;
  if (failure !== undefined) {
    const message = summarise(failed.map(({ name, message }) => `Application ${name}: ${message}`));
    return { kind: 'error', reason: applicationSetReasons[failure.action], message, isGenerated: true };
  }
  if (refused.length === 0) return { kind: 'upToDate' };
  return { kind: 'error', reason: applicationSetReasons.validation, message: summarise(refused.map(({ path, message }) => `${path}: ${message}`)), isGenerated: true };
}

function eventsOf({ created, updated, deleted }: Written): readonly EventNote[] {
  const note = (reason: string, names: readonly string[]): readonly EventNote[] => (names.length === 0 ? [] : [{ type: 'Normal', reason, message: `${reason} Application ${summarise(names).replaceAll('; ', ', ')}` }]);
  return [...note('Created', created), ...note('Updated', updated), ...note('Deleted', deleted)];
}

interface Ending {
  readonly kind: Outcome['kind'];
  readonly events?: readonly EventNote[];
}

/** Writes the status; an error is told as an event when it is news. */
async function report(entry: SetEntry, result: SetResult, { kind, events = [] }: Ending, context: SetContext, signal: AbortSignal): Promise<Reconciled> {
  const before = context.statuses.current(entry);
  const after = statusOf(before, result, context.applications.ownedBy(formatKey(keyOf(entry))), context.clock.now());
  await context.statuses.write(entry, after, signal);
  const message = result.kind === 'upToDate' ? 'all Applications are as generated' : result.message;
  const reason = result.kind === 'upToDate' ? applicationSetReasons.upToDate : result.reason;
  const isNews = result.kind === 'error' && !(before.conditions ?? []).some((one) => one.type === 'ErrorOccurred' && one.status === 'True' && after.conditions?.includes(one) === true);
  return { outcome: { kind, reason, message }, events: isNews ? [...events, { type: 'Warning', reason, message }] : events };
}
