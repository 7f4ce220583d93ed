import type { SealedDeployment } from './sealed-deployment.ts';

/** What there is of Sealed Secrets in a cluster. */
export interface SealedFacts {
  readonly deployments: readonly SealedDeployment[];
  /** Active keys, by the namespace they are in. */
  readonly keys: ReadonlyMap<string, number>;
  /** How many SealedSecrets there are, and how many say that they are in sync. */
  readonly objects: { readonly all: number; readonly synced: number };
  /** Whether the definition has a place for what Prelude remembers of an unsealing; absent: it has not been read. */
  readonly remembers?: boolean;
  /** Deployments of Prelude that run with the controller of SealedSecrets. */
  readonly own: readonly { readonly namespace: string; readonly name: string; readonly keyNamespace: string }[];
}

export interface SealedStep {
  readonly title: string;
  readonly why: string;
  /** To be copied as they are. */
  readonly commands: readonly string[];
  /** `--apply --scale-down` does it. */
  readonly scalesDown?: readonly SealedDeployment[];
}

export interface SealedReport {
  readonly ready: boolean;
  readonly steps: readonly SealedStep[];
  readonly notes: readonly string[];
}

/** Upstream's flags that mean something here, and how Prelude is told the same. */
const same: Readonly<Record<string, string>> = {
  'key-prefix': '--seal-key-prefix',
  'key-size': '--seal-key-size',
  'key-ttl': '--seal-key-ttl',
  'my-cn': '--seal-my-cn',
  'key-renew-period': '--seal-key-renew-period',
  'rotate-period': '--seal-key-renew-period',
  'key-order-priority': '--seal-key-order-priority',
  'key-cutoff-time': '--seal-key-cutoff-time',
  'accept-deprecated-v1-data': '--seal-accept-v1-data',
  'privatekey-labels': '--seal-key-labels',
  'privatekey-annotations': '--seal-key-annotations',
  'rate-limit': '--seal-rate-limit',
  'rate-limit-burst': '--seal-rate-limit-burst',
  'additional-namespaces': '--namespaces',
  'metrics-omit-secret-labels': '--seal-omit-names',
};

/** Flags of what Prelude does in any case, or has no use for. */
const needless: ReadonlySet<string> = new Set(['watch-for-secrets', 'max-unseal-retries', 'kubeclient-qps', 'kubeclient-burst', 'log-level', 'log-format', 'log-info-stdout', 'update-status', 'listen-addr', 'listen-metrics-addr', 'read-timeout', 'write-timeout', 'version', 'all-namespaces']);

export interface SealedReportOptions {
  /** Leads kubectl to the same cluster. */
  readonly kubectlFlags: string;
}

/** Decides what is to be done before Prelude may open SealedSecrets here, and how to go back. */
export function sealedReport({ deployments, keys, objects, own, remembers }: SealedFacts, { kubectlFlags }: SealedReportOptions): SealedReport {
  const live = deployments.filter(({ replicas, running }) => replicas > 0 || running > 0);
  const steps = [
    ...(live.length === 0 ? [] : [{ title: `stop ${live.map(nameOf).join(', ')}`, why: own.length > 0 ? 'it runs beside Prelude: both write the same Secrets, and each makes keys' : 'two controllers of SealedSecrets write the same Secrets', commands: live.map((one) => `kubectl${kubectlFlags} -n ${one.namespace} scale deployment ${one.name} --replicas=0`), scalesDown: live }]),
    ...keyStep(deployments, keys, objects.all, own),
    ...deployments.flatMap((one) => unserved(one)),
  ];
  return { ready: steps.length === 0, steps, notes: [...deployments.flatMap(flagNotes), ...(remembers === false ? [forgetful(kubectlFlags)] : []), ...wayBack(deployments, kubectlFlags)] };
}

function keyStep(deployments: readonly SealedDeployment[], keys: SealedFacts['keys'], objects: number, own: SealedFacts['own']): readonly SealedStep[] {
  const [first] = deployments;
  const held = [...keys.keys()];
  if (held.length === 0) return objects === 0 ? [] : [{ title: 'restore the keys', why: `there are ${objects} SealedSecrets and no active key: none of them can be opened`, commands: ['prelude keys restore BACKUP --identity FILE'] }];
  const wanted = first !== undefined && keys.has(first.namespace) ? first.namespace : held[0];
  const elsewhere = own.filter(({ keyNamespace }) => keyNamespace !== wanted);
  if (wanted === undefined || (own.length > 0 && elsewhere.length === 0)) return [];
  return [{ title: `have Prelude use the keys in namespace ${wanted}`, why: 'with keys of its own it opens nothing that was sealed before', commands: [`helm upgrade … --set sealedSecrets.enabled=true --set sealedSecrets.keyNamespace=${wanted}`] }];
}

function nameOf({ namespace, name }: SealedDeployment): string {
  return `Deployment ${namespace}/${name}`;
}

/** Flags that change what happens, and that Prelude has not. */
function unserved({ flags, ...one }: SealedDeployment): readonly SealedStep[] {
  const found = [...flags].filter(([flag, value]) => (flag === 'label-selector' && value !== '') || (flag === 'old-gc-behavior' && value === 'true') || (flag === 'skip-recreate' && value === 'true') || (flag === 'all-namespaces' && value === 'false' && !flags.has('additional-namespaces')));
  return found.map(([flag, value]) => ({ title: `decide on --${flag}=${value} of ${nameOf({ flags, ...one })}`, why: 'Prelude has no such option: it serves all SealedSecrets of the namespaces it looks at (--namespaces), leaves deletion to garbage collection, and brings deleted Secrets back', commands: [] }));
}

function flagNotes({ flags, ...one }: SealedDeployment): readonly string[] {
  return [...flags].flatMap(([flag, value]) => {
    const ours = Object.hasOwn(same, flag) ? same[flag] : undefined;
    if (ours !== undefined) return [`${nameOf({ flags, ...one })} says --${flag}=${value}: say ${ours}=${value}`];
    return needless.has(flag) || ['label-selector', 'old-gc-behavior', 'skip-recreate'].includes(flag) ? [] : [`${nameOf({ flags, ...one })} says --${flag}, which Prelude does not know`];
  });
}

/** The chart leaves a definition that is not its own as it is. Upstream's controller reads ours as well as its own. */
function forgetful(kubectlFlags: string): string {
  return `the definition of SealedSecret is Sealed Secrets' own and has no place for what Prelude remembers of an unsealing: each restart opens everything again and changes nothing. To replace it: kubectl${kubectlFlags} apply --server-side --force-conflicts -f crds/bitnami.com_sealedsecrets.yaml`;
}

/** Keys, objects and Secrets stay as Sealed Secrets has them: to go back is to start it again. */
function wayBack(deployments: readonly SealedDeployment[], kubectlFlags: string): readonly string[] {
  return deployments.map(({ namespace, name }) => `to go back: stop Prelude's controller of SealedSecrets (--controllers without sealed), then kubectl${kubectlFlags} -n ${namespace} scale deployment ${name} --replicas=1; keys made meanwhile are found by it, and Secrets are as it made them`);
}
