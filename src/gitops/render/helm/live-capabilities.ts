import type { ClusterView } from '../cluster-view.ts';
import { type Capabilities, type CapabilityQuestions, defaultCapabilities, everyQuestion } from './engine/capabilities.ts';

/** What a release may say itself, and the cluster that says the rest. */
export interface CapabilityWish {
  readonly kubeVersion?: string;
  /** Empty: the cluster's. */
  readonly apiVersions: readonly string[];
  /** Absent: those that Helm assumes where it may not ask. */
  readonly live?: ClusterView;
}

/** What `.Capabilities` says in a release: `kubeVersion` and `apiVersions` of its source stand in the place of the cluster's, each by itself. */
export async function capabilitiesFor({ kubeVersion, apiVersions, live }: CapabilityWish, signal: AbortSignal): Promise<Capabilities> {
  const given = defaultCapabilities({ kubeVersion, apiVersions });
  if (live === undefined || (kubeVersion !== undefined && apiVersions.length > 0)) return given;
  const own = await live.capabilities(signal);
  return { kubeVersion: kubeVersion ?? own.kubeVersion, apiVersions: apiVersions.length > 0 ? given.apiVersions : own.apiVersions };
}

/** Tells the view what of the cluster's answers a release has made use of. @param questions absent where nobody can tell: all of them */
export function noteAsked({ kubeVersion, apiVersions, live }: CapabilityWish, questions: CapabilityQuestions = everyQuestion): void {
  const ownVersions = apiVersions.length > 0;
  live?.asked({ version: questions.version && kubeVersion === undefined, has: ownVersions ? [] : questions.has, all: questions.all && !ownVersions });
}
