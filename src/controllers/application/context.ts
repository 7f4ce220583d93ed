import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { KeyServices } from '../../seal/sops/keys/open-key.ts';
import type { Progress } from '../../gitops/apply/progress.ts';
import type { CompiledCheck } from '../../gitops/health/custom-rules.ts';
import type { RolloutKeys } from '../../gitops/apply/rollout/rollout-keys.ts';
import type { SyncMemory } from '../../gitops/apply/sync-memory.ts';
import type { ClusterAnswers } from './cluster-answers.ts';
import type { Dependencies } from './dependencies.ts';
import type { LiveIndex } from './live-index.ts';
import type { PlanCache } from './plan-cache.ts';
import type { Projects } from './projects.ts';
import type { ReferenceWatch } from './reference-watch.ts';
import type { RefusedSources } from './refused-sources.ts';
import type { RevisionPoller } from './revision-poller.ts';
import type { SecretWatch } from './secret-watch.ts';
import type { StatusWriter } from './status-writer.ts';
import type { Trials } from './trials.ts';
import type { ValuePlans } from './value-plans.ts';

/** Everything a reconcile of an Application works with. */
export interface ApplicationContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: Progress;
  readonly live: LiveIndex;
  readonly plans: PlanCache;
  readonly valuePlans: Pick<ValuePlans, 'get' | 'settle' | 'isSettled'>;
  readonly answers: Pick<ClusterAnswers, 'stillHold' | 'references'>;
  readonly references: Pick<ReferenceWatch, 'watch' | 'versionOf'>;
  /** Has an Application's charts rendered anew. */
  readonly outdate: (key: string) => void;
  readonly revisions: RevisionPoller;
  readonly refused: Pick<RefusedSources, 'note' | 'settle'>;
  readonly secrets: SecretWatch;
  readonly statuses: StatusWriter;
  readonly trials: Trials;
  readonly projects: Projects;
  readonly dependencies: Pick<Dependencies, 'awaited' | 'cycleOf'>;
  readonly argoRuns: (namespace: string, signal: AbortSignal) => Promise<boolean>;
  /** Where an Application tracks its objects by its bare name. */
  readonly controlNamespace: string;
  /** What is remembered of an Application, by `namespace/name`. */
  readonly memoryOf: (key: string) => SyncMemory;
  /** Whether somebody asked for one sync of every Application, automated or not, and this one has not had it yet. */
  readonly isRequested: (key: string) => boolean;
  readonly requestDone: (key: string) => void;
  /** What tells, by the namespace of an Application, that values of Secrets have changed. */
  readonly rolloutKeys: RolloutKeys;
  /** Health checks of the whole program; absent: Applications have their own at most. */
  readonly healthRules?: readonly CompiledCheck[];
  /** Opens the keys of SOPS documents. */
  readonly sops: KeyServices;
  /** Requests of one Application at a time. */
  readonly concurrency: number;
}
