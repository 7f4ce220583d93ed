import { Command, CommanderError, Option } from 'commander';
import { parseAddress, parseControllers, parseGitProtocols, parseLogLevel, parseNames, type RepositoryMapping, type RunOptions, UsageError } from '../app/options.ts';
import { defaultApplicationNamespace } from '../api/application.ts';
import type { CheckProvider } from '../gitops/plan/declare/declare.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import { version } from '../lib/version.ts';
import { type AdapterFlags, adaptersOf, fileRootOption, ownIdentityOption, providerOption } from './adapter-options.ts';
import { type ClusterFlags, clusterOf, type OutputFormat } from './cluster-options.ts';
import { contextOption, genericTargetOption, kubeconfigOption, rendererOption, repoOption, usageOption, waitOption } from './command-options.ts';
import type { Done, ExitCode, Io } from './io.ts';
import { addSealingOptions, type SealingFlags, sealingOf } from './seal-run-options.ts';
import { bootstrapCommand } from './bootstrap-command.ts';
import { explainCommand } from './explain-command.ts';
import { historyCommand } from './history-command.ts';
import { rollbackCommand } from './rollback-command.ts';
import { statusCommand } from './status-command.ts';
import { newCommand, promoteCommand, setCommand } from './testnet-commands.ts';
import { resealCommand, unsealCommand, verifyCommand } from './opened-commands.ts';
import { sealCommand } from './seal-command.ts';
import { keysCommand } from './keys-command.ts';
import { storeCommand } from './store-command.ts';
import { takeoverCommand } from './takeover-command.ts';

/** Runs one command line. Commands are loaded when they are asked for, so that `plan` pays for neither a cluster nor an SDK. */
export async function program(args: readonly string[], io: Io, signal: AbortSignal): Promise<ExitCode> {
  let code: ExitCode = 0;
  const root = describe(io, signal, (result) => (code = result));
  try {
    await root.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (signal.aborted && error === signal.reason) {
      io.err.write('prelude: interrupted\n');
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    io.err.write(`prelude: ${error.message}\n`);
    return 2;
  }
}

function describe(io: Io, signal: AbortSignal, done: Done): Command {
  const root = new Command('prelude')
    .description('Secrets first, charts after: makes every namespace hold its Secrets before anything is released into it.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(prelude --help shows the commands, prelude COMMAND --help an example)')
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text), getOutHelpWidth: () => io.columns, getErrHelpWidth: () => io.columns });
  for (const make of [planCommand, renderCommand, upCommand, bootstrapCommand, runCommand, statusCommand, historyCommand, rollbackCommand, newCommand, promoteCommand, setCommand, explainCommand, storeCommand, keysCommand, takeoverCommand, sealCommand, verifyCommand, resealCommand, unsealCommand]) root.addCommand(inheritingAll(make(io, signal, done), root));
  return root;
}

/** The settings of the program, for a command and its own commands. */
function inheritingAll(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritingAll(child, command);
  return command;
}

function planCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return new Command('plan')
    .description('Say what would be done and what would be missing; offline: no cluster, no provider.')
    .argument('[path]', 'folder of a config repository', '.')
    .addOption(repoOption())
    .addOption(rendererOption())
    .addOption(providerOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text'))
    .option('--diff', 'compare with a cluster by dry runs, and write nothing')
    .addOption(new Option('--local <folder>', 'with --diff: a local cluster in a folder'))
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText('after', '\nExamples, in a pull request:\n  prelude plan .\n  prelude plan . --diff --context prod\n\nExit codes: 0 can be released (differences are no failure), 1 refused,\n2 bad usage.')
    .action(async (path: string, { repo, renderer, provider, output, diff: wantsDiff, ...cluster }: PlanFlags) => {
      if (wantsDiff !== true && (cluster.local ?? cluster.kubeconfig ?? cluster.context) !== undefined) throw new UsageError('a cluster is looked at with --diff only: without it, plan is offline');
      const loadProviderCheck = await providerCheck(provider);
      if (wantsDiff === true) {
        const target = clusterOf(cluster);
        const { diff } = await import('./diff.ts');
        return done(await diff({ path, repositories: repo, renderer, output, loadProviderCheck, cluster: target }, io, signal));
      }
      const { plan } = await import('./plan.ts');
      done(await plan({ path, repositories: repo, renderer, output, loadProviderCheck }, io, signal));
    });
}

function renderCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return new Command('render')
    .description('Print every object of every Application as it would be applied; values of Secrets are masked.')
    .argument('[path]', 'folder of a config repository', '.')
    .addOption(repoOption())
    .addOption(rendererOption())
    .addOption(providerOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', '\nExample:\n  prelude render test/sample | less')
    .action(async (path: string, { repo, renderer, provider, output }: RepositoryFlags & { output: 'yaml' | 'json' }) => {
      const [{ render }, loadProviderCheck] = await Promise.all([import('./render.ts'), providerCheck(provider)]);
      done(await render({ path, repositories: repo, renderer, output, loadProviderCheck }, io, signal));
    });
}

interface PlanFlags extends RepositoryFlags, ClusterFlags {
  readonly output: OutputFormat;
  readonly diff?: true;
}

interface RepositoryFlags {
  readonly repo: RepositoryMapping[];
  readonly renderer: RendererName;
  readonly provider: readonly string[];
}

/** Loads the check of stores once there is a store to check; packages that are named are looked at whether or not there is. */
async function providerCheck(packages: readonly string[]): Promise<() => Promise<CheckProvider>> {
  const load = async (): Promise<CheckProvider> => {
    const [{ createProviderCheck }, { loadProviders }] = await Promise.all([import('../app/provider-check.ts'), import('../app/load-providers.ts')]);
    return createProviderCheck(await loadProviders(packages));
  };
  if (packages.length === 0) return load;
  const check = await load();
  return () => Promise.resolve(check);
}

function upCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return new Command('up')
    .description('Bring every Application of a repository up, once, and show what happens.')
    .argument('[path]', 'folder of a config repository, or the URL of a Git repository', '.')
    .option('--local <folder>', 'keep the objects in a folder instead of a cluster; nothing runs, everything can be looked at')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(repoOption())
    .addOption(rendererOption())
    .option('--revision <name>', 'branch, tag or commit, when PATH is a URL')
    .addOption(waitOption('--timeout <duration>', 'give up after', '10m'))
    .option('--watch', 'do it again whenever PATH, or what --repo names, has changed')
    .option('--beside-eso', 'go on although External Secrets Operator runs there with the same class')
    .addOption(usageOption('--seal-key-namespace <name>', 'open SealedSecrets with the keys in this namespace (a folder: prelude unless told; a cluster: the controller there opens them)', (text) => parseNames('--seal-key-namespace', text)[0] ?? ''))
    .addOption(providerOption())
    .addOption(ownIdentityOption())
    .addOption(fileRootOption())
    .addHelpText('after', '\nExamples:\n  prelude up test/sample --local .prelude     no cluster needed\n  prelude up . --context kind-testnets        into a cluster')
    .action(async (target: string, options: UpFlags) => {
      const { local, kubeconfig, context } = options;
      if (local !== undefined && (context ?? kubeconfig) !== undefined) throw new UsageError('--local and a kube context are two different clusters; choose one');
      const { up, upAgain } = await import('./up.ts');
      const cluster = local === undefined ? ({ kind: 'kubernetes', kubeconfig, context } as const) : ({ kind: 'local', folder: local } as const);
      done(await (options.watch === true ? upAgain : up)({ target, revision: options.revision, repositories: options.repo, renderer: options.renderer, cluster, timeout: options.timeout, besideEso: options.besideEso === true, ...(options.sealKeyNamespace === undefined ? {} : { sealKeyNamespace: options.sealKeyNamespace }), adapters: adaptersOf(options) }, io, signal));
    });
}

interface UpFlags extends AdapterFlags {
  readonly local?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly repo: RepositoryMapping[];
  readonly renderer: RendererName;
  readonly revision?: string;
  readonly timeout: number;
  readonly watch?: true;
  readonly besideEso?: true;
  readonly sealKeyNamespace?: string;
}

function runCommand(io: Io, signal: AbortSignal, done: Done): Command {
  return addSealingOptions(new Command('run'))
    .description('Run as a controller: secrets are kept current, Applications as Git says.')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(usageOption('--namespace <name>', "the controller's own namespace", (text) => parseNames('--namespace', text)[0] ?? '').default('prelude').env('PRELUDE_NAMESPACE'))
    .addOption(usageOption('--application-namespaces <names>', 'where Applications are taken from (own and argocd unless told)', (text) => parseNames('--application-namespaces', text)).env('PRELUDE_APPLICATION_NAMESPACES'))
    .addOption(usageOption('--namespaces <names>', 'look at these namespaces only; cluster stores are out of reach then', (text) => parseNames('--namespaces', text)).default([], 'all').env('PRELUDE_NAMESPACES'))
    .addOption(usageOption('--controllers <groups>', 'secrets, git, sealed (for SealedSecrets), or several with a comma', parseControllers).default(parseControllers('secrets,git'), 'secrets,git').env('PRELUDE_CONTROLLERS'))
    .option('--controller-class <name>', 'the class of stores to serve; stores that name none belong to all', 'default')
    .addOption(waitOption('--poll-interval <duration>', 'how often a Git revision is looked at', '60s').env('PRELUDE_POLL_INTERVAL'))
    .addOption(usageOption('--git-protocols <names>', "https, ssh, file; file lets Applications read this machine's disk", parseGitProtocols).default(parseGitProtocols('https,ssh'), 'https,ssh').env('PRELUDE_GIT_PROTOCOLS'))
    .option('--git-allow-loopback', 'let Applications name repositories on this machine, of a server beside the controller')
    .addOption(usageOption('--listen <address>', 'probes and metrics', (text) => parseAddress('--listen', text)).default(parseAddress('--listen', ':8080'), ':8080').env('PRELUDE_LISTEN'))
    .addOption(genericTargetOption())
    .option('--unsafe-allow-generic-targets', 'ExternalSecrets may make any kind but those that grant rights, run code (Pods, Deployments, Jobs and the like), or belong to External Secrets or Argo CD; --generic-target names these one by one')
    .addOption(waitOption('--store-requeue-interval <period>', 'how often a store that does not say is validated', '5m'))
    .option('--beside-eso', 'start although External Secrets Operator runs with the same class')
    .addOption(providerOption())
    .addOption(ownIdentityOption())
    .addOption(fileRootOption())
    .addOption(usageOption('--webhook-listen <address>', 'serve the admission webhook there, over HTTPS', (text) => parseAddress('--webhook-listen', text)).env('PRELUDE_WEBHOOK_LISTEN'))
    .addOption(new Option('--webhook-cert-dir <folder>', 'with the tls.crt and tls.key of the webhook').env('PRELUDE_WEBHOOK_CERT_DIR'))
    .option('--pod-gate', 'hold pods of namespaces with label prelude.dev/pod-gate=enabled until their Secrets are current; it needs the webhook')
    .addOption(waitOption('--pod-gate-timeout <duration>', 'let a pod go after, whatever it waits for', '10m').env('PRELUDE_POD_GATE_TIMEOUT'))
    .addOption(new Option('--events-config <file>', 'who tells of changes at providers and of pushes: what they concern is read at once').env('PRELUDE_EVENTS_CONFIG'))
    .addOption(usageOption('--events-listen <address>', 'take the events that are sent there, at /v1/events/<source>', (text) => parseAddress('--events-listen', text)).env('PRELUDE_EVENTS_LISTEN'))
    .addOption(new Option('--health-rules <file>', 'how kinds of your own fare, in CEL, for all Applications').env('PRELUDE_HEALTH_RULES'))
    .addOption(new Option('--notify-config <file>', 'who is told of what happens to Applications: Slack, webhooks, commit statuses').env('PRELUDE_NOTIFY_CONFIG'))
    .addOption(new Option('--leader-elect', 'where several run: wait for a Lease, and work while it is held').env('PRELUDE_LEADER_ELECT'))
    .addOption(usageOption('--leader-elect-lease <name>', 'of that Lease, in the own namespace', (text) => parseNames('--leader-elect-lease', text)[0] ?? '').default('prelude'))
    .addOption(usageOption('--leader-events-service <name>', 'of a Service without a selector that is to lead to whoever holds the Lease', (text) => parseNames('--leader-events-service', text)[0] ?? ''))
    .option('--no-audit-log', 'no record of each write in the log')
    .addOption(usageOption('--log-level <level>', 'debug, info, warn, error or silent', parseLogLevel).default('info').env('PRELUDE_LOG_LEVEL'))
    .addOption(repoOption())
    .addOption(rendererOption())
    .addHelpText('after', '\nExample, from a checkout against the current kube context:\n  prelude run --poll-interval 10s --listen 127.0.0.1:8080')
    .action(async (flags: RunFlags) => {
      const { kubeconfig, context, repo: repositories, genericTarget: kinds, unsafeAllowGenericTargets: others = false, webhookListen, webhookCertDir: certFolder, eventsConfig, eventsListen: eventsAt, podGate: wantsPodGate, podGateTimeout, leaderElect = false, leaderElectLease: lease, leaderEventsService: eventsService, ...rest } = flags;
      if ((webhookListen === undefined) !== (certFolder === undefined)) throw new UsageError('--webhook-listen and --webhook-cert-dir go together: the API server speaks HTTPS only');
      if (wantsPodGate === true && webhookListen === undefined) throw new UsageError('--pod-gate needs --webhook-listen and --webhook-cert-dir: pods are held as the API server asks about them');
      if (eventsAt !== undefined && eventsConfig === undefined) throw new UsageError('--events-listen needs --events-config: without sources nobody could be let in');
      if (eventsConfig !== undefined && !flags.controllers.has('secrets') && !flags.controllers.has('git')) throw new UsageError('--events-config is for the controllers of secrets and of Git, and --controllers leaves both out');
      if (flags.healthRules !== undefined && !flags.controllers.has('git')) throw new UsageError('--health-rules is for the controllers of Git, and --controllers leaves them out');
      if (flags.notifyConfig !== undefined && !flags.controllers.has('git')) throw new UsageError('--notify-config is for the controllers of Git, and --controllers leaves them out');
      const { run } = await import('../app/run.ts');
      const applicationNamespaces = flags.applicationNamespaces ?? [...new Set([flags.namespace, defaultApplicationNamespace])];
      const admission = webhookListen === undefined || certFolder === undefined ? {} : { admission: { listen: webhookListen, certFolder } };
      const events = eventsConfig === undefined ? {} : { events: { config: eventsConfig, listen: eventsAt } };
      const sealing = flags.controllers.has('sealed') || flags.sealListen !== undefined ? { sealing: sealingOf(flags) } : {};
      const podGate = wantsPodGate === true ? { podGate: { timeout: podGateTimeout } } : {};
      const election = leaderElect ? { leaderElection: { lease, ...(eventsService === undefined ? {} : { eventsService }) } } : {};
      const options = { ...rest, ...election, ...admission, ...podGate, ...events, ...sealing, genericTargets: { kinds, others }, adapters: adaptersOf(flags), besideEso: flags.besideEso === true, applicationNamespaces, repositories, cluster: { kind: 'kubernetes', kubeconfig, context } as const };
      const problem = await run(options, { environment: io.env }, signal);
      if (problem !== undefined) io.err.write(`prelude: ${problem}\n`);
      done(problem === undefined ? 0 : 1);
    });
}

interface RunFlags extends AdapterFlags, SealingFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly repo: RepositoryMapping[];
  readonly renderer: RendererName;
  readonly namespace: string;
  readonly applicationNamespaces?: readonly string[];
  readonly namespaces: readonly string[];
  readonly controllers: ReturnType<typeof parseControllers>;
  readonly controllerClass: string;
  readonly pollInterval: number;
  readonly gitProtocols: ReturnType<typeof parseGitProtocols>;
  readonly gitAllowLoopback?: true;
  readonly listen: ReturnType<typeof parseAddress>;
  readonly genericTarget: RunOptions['genericTargets']['kinds'];
  readonly unsafeAllowGenericTargets?: true;
  readonly storeRequeueInterval: number;
  readonly besideEso?: true;
  readonly webhookListen?: ReturnType<typeof parseAddress>;
  readonly webhookCertDir?: string;
  readonly podGate?: true;
  readonly podGateTimeout: number;
  readonly eventsConfig?: string;
  readonly eventsListen?: ReturnType<typeof parseAddress>;
  readonly healthRules?: string;
  readonly notifyConfig?: string;
  readonly leaderElect?: boolean;
  readonly leaderElectLease: string;
  readonly leaderEventsService?: string;
  readonly auditLog: boolean;
  readonly logLevel: ReturnType<typeof parseLogLevel>;
}
