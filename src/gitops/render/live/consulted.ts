import { createHash } from 'node:crypto';
import type { ResourceType } from '../../../kube/port.ts';
import type { Capabilities, CapabilityQuestions } from '../helm/engine/capabilities.ts';
import type { LookupQuery } from '../helm/engine/render-request.ts';

/** Something that was looked up, and what was there. */
export interface ConsultedLookup {
  readonly query: LookupQuery;
  readonly type: ResourceType;
  /** Tells what was found from anything else: uids and resourceVersions, no content. Empty: nothing. */
  readonly version: string;
}

/** What a render was told of the cluster. Another render would come out the same while all of it still holds. */
export interface Consulted {
  readonly questions: CapabilityQuestions;
  /** What the answers to them were: `answersTo`. */
  readonly answers: string;
  readonly lookups: readonly ConsultedLookup[];
}

export const nothingAsked: CapabilityQuestions = { version: false, has: [], all: false };

export function hasQuestions({ version, has, all }: CapabilityQuestions): boolean {
  return version || all || has.length > 0;
}

export function joinQuestions(one: CapabilityQuestions, other: CapabilityQuestions): CapabilityQuestions {
  const all = one.all || other.all;
  return { version: one.version || other.version, has: all ? [] : [...new Set([...one.has, ...other.has])].toSorted(), all };
}

/** The answers as one short text. */
export function answersTo({ version, has, all }: CapabilityQuestions, { kubeVersion, apiVersions }: Capabilities): string {
  const known = new Set(apiVersions);
  return createHash('sha256').update(JSON.stringify([version ? kubeVersion : '', all ? apiVersions : has.map((asked) => known.has(asked))])).digest('base64');
}
