/** A standard Kubernetes condition, as External Secrets writes it, plus observedGeneration. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, to the second. Moves only when `status` changes. */
  readonly lastTransitionTime: string;
  /** The generation the condition speaks of; dropped where the live CRD does not know the field. */
  readonly observedGeneration?: number;
}

/** What `status.observedGeneration` is where the status speaks of no generation: before the first, and after a failure that kstatus would not see. */
export const noGeneration = -1;
