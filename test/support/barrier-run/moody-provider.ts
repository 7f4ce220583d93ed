import { setTimeout as pause } from 'node:timers/promises';
import { SecretBytes } from '../../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../../src/provider/provider-error.ts';
import { createScriptedProvider, type ScriptedProvider, failed } from '../scripted-provider.ts';
import type { ReadResult } from '../../../src/provider/contract.ts';
import type { Mood, Scenario } from './scenario.ts';
import { remoteValue } from './values.ts';

/** The provider of a run: it outlives the controller, and treats each Secret's keys as the scenario says until it is told to be well. */
export interface MoodyProvider {
  readonly script: ScriptedProvider;
  readonly beWell: () => void;
  /** Answers that were errors. */
  readonly refusals: () => number;
}

const well: Mood = { delay: 0, trouble: 'none', lasts: 0 };

export function createMoodyProvider({ secrets }: Scenario, namespace: string): MoodyProvider {
  const script = createScriptedProvider();
  const moods = new Map(secrets.map(({ name, mood }) => [name, mood]));
  const asked = new Map<string, number>();
  let isWell = false;
  let refusals = 0;
  const answer = (key: string): ReadResult => {
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    if (isWell || !isTroubled(moodOf(key), times)) return { kind: 'value', value: SecretBytes.fromUtf8(remoteValue(namespace, key)), version: 'current' };
    refusals += 1;
    return failed(times % 2 === 0 ? new ProviderError('unavailable', 'the provider is down') : new ProviderError('throttled', 'too many calls', { retryAfter: 200 }));
  };
  const moodOf = (key: string): Mood => moods.get(key.slice(0, key.indexOf('/'))) ?? well;
  script.answer = async (refs, signal) => {
    const delay = isWell ? 0 : Math.max(...refs.map(({ key }) => moodOf(key).delay));
    if (delay > 0) await pause(delay, undefined, { signal });
    return refs.map(({ key }) => answer(key));
  };
  return {
    script,
    beWell: () => {
      isWell = true;
    },
    refusals: () => refusals,
  };
}

function isTroubled({ trouble, lasts }: Mood, times: number): boolean {
  if (trouble === 'none') return false;
  return trouble === 'failing' ? times <= lasts : times <= 2 * lasts && times % 2 === 0;
}
