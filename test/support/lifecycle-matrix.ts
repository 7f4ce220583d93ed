const creationPolicies = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge', 'None'] as const;
const refreshPolicies = ['Periodic', 'OnChange', 'CreatedOnce'] as const;

/** What becomes of one Secret, from its beginning to its end. */
export interface Lifecycle {
  /** Made where there is none. */
  readonly made: 'yes' | 'no';
  /** When it follows the provider. */
  readonly follows: 'at the interval' | 'with a change of the ExternalSecret' | 'never';
  /** Whether an ExternalSecret that is made again overwrites it. */
  readonly overwritten: 'yes' | 'no';
  /** When one that was deleted comes back. */
  readonly recreated: 'at once' | 'at the interval' | 'with a change of the ExternalSecret' | 'never';
  /** Whether it stays when its ExternalSecret goes. */
  readonly kept: 'yes' | 'no';
}

type Creation = (typeof creationPolicies)[number];
type Refresh = (typeof refreshPolicies)[number];

/** A row of the matrix, e.g. `Owner, Periodic`. */
export type LifecycleName = `${Creation}, ${Refresh}`;

const follows: Readonly<Record<Refresh, Lifecycle['follows']>> = { Periodic: 'at the interval', OnChange: 'with a change of the ExternalSecret', CreatedOnce: 'never' };

const byCreation: Readonly<Record<Creation, (refresh: Refresh) => Lifecycle>> = {
  Owner: (refresh) => ({ made: 'yes', follows: follows[refresh], overwritten: 'yes', recreated: 'at once', kept: 'no' }),
  Orphan: (refresh) => ({ made: 'yes', follows: follows[refresh], overwritten: 'yes', recreated: follows[refresh], kept: 'yes' }),
  Merge: (refresh) => ({ made: 'no', follows: follows[refresh], overwritten: 'yes', recreated: 'never', kept: 'yes' }),
  CreateOrMerge: (refresh) => ({ made: 'yes', follows: follows[refresh], overwritten: 'yes', recreated: 'at once', kept: 'yes' }),
  None: () => ({ made: 'no', follows: 'never', overwritten: 'no', recreated: 'never', kept: 'yes' }),
};

/** External Secrets' behaviour matrix: five creation policies by three refresh policies, with five questions each. */
export const lifecycleMatrix: readonly { readonly name: LifecycleName; readonly creationPolicy: Creation; readonly refreshPolicy: Refresh; readonly lifecycle: Lifecycle }[] = creationPolicies.flatMap((creationPolicy) =>
  refreshPolicies.map((refreshPolicy) => ({ name: `${creationPolicy}, ${refreshPolicy}` as const, creationPolicy, refreshPolicy, lifecycle: byCreation[creationPolicy](refreshPolicy) })),
);
