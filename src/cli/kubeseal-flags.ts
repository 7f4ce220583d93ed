/** What a flag takes. A list may be said several times, or with commas between. */
type FlagKind = 'text' | 'flag' | 'list';

interface Flag {
  readonly kind: FlagKind;
  readonly short?: string;
  readonly help: string;
  /** Taken and without an effect: it is about kubeseal's own log. */
  readonly ignored?: true;
  /** Not in the help; told when it is used. */
  readonly deprecated?: string;
}

const text = (help: string, short?: string): Flag => ({ kind: 'text', help, ...(short === undefined ? {} : { short }) });
const flag = (help: string): Flag => ({ kind: 'flag', help });
const list = (help: string): Flag => ({ kind: 'list', help });
const ignored = (kind: FlagKind, short?: string): Flag => ({ kind, help: 'taken and ignored', ignored: true, ...(short === undefined ? {} : { short }) });

/** Every flag of kubeseal 0.40, those of kubectl and of its log included. */
const kubesealFlags: Readonly<Record<string, Flag>> = {
  'allow-empty-data': flag('seal Secrets that have no data'),
  as: text('act as this user'),
  'as-group': list('act as a member of this group; may be repeated'),
  'as-uid': text('act as the user with this UID'),
  cert: text('certificate to seal with: a file or a URL; no cluster is asked then'),
  'certificate-authority': text('file with the authority of the API server'),
  'client-certificate': text('file with a client certificate'),
  'client-key': text('file with its key'),
  cluster: text('cluster of the kubeconfig'),
  context: text('context of the kubeconfig'),
  'controller-name': text('name of the Service of the controller (default "sealed-secrets-controller")'),
  'controller-namespace': text('namespace of the controller (default "kube-system")'),
  'disable-compression': ignored('flag'),
  'fetch-cert': flag('print the certificate of the controller, for --cert'),
  format: text('json or yaml (default "json")', 'o'),
  'from-file': list('with --raw: the file with the value, as [NAME=]PATH'),
  help: flag('print this help'),
  'insecure-skip-tls-verify': flag('do not check the certificate of the API server'),
  kubeconfig: text('kubeconfig to use'),
  'merge-into': text('add the sealed values to the SealedSecret in this file; the rest of the file stays as it is'),
  name: text('name of the Secret; needed with --raw and the scope strict'),
  namespace: text('namespace of Secrets that name none, and which others must not contradict', 'n'),
  password: text('password for the API server'),
  'proxy-url': text('proxy to the API server'),
  raw: flag('seal a bare value instead of a Secret'),
  're-encrypt': flag('have the controller seal a SealedSecret anew with its latest key'),
  'recovery-private-key': list('private keys for --recovery-unseal: PEM, key Secrets or a backup of them; may be repeated'),
  'recovery-unseal': flag('open SealedSecrets with private keys; no cluster is asked'),
  'request-timeout': text('how long to wait for the API server, e.g. 30s'),
  rotate: { kind: 'flag', help: 'the former name of --re-encrypt', deprecated: 'please use --re-encrypt instead' },
  scope: text('strict, namespace-wide or cluster-wide (default "strict")'),
  'sealed-secret-file': text('file to write to', 'w'),
  'secret-file': text('file to read from', 'f'),
  server: text('address of the API server'),
  'tls-server-name': text('name that the certificate of the API server must have'),
  token: text('bearer token for the API server'),
  user: text('user of the kubeconfig'),
  username: text('user name for the API server'),
  validate: flag('ask the controller whether it can open a SealedSecret'),
  version: flag('print the version'),
  add_dir_header: ignored('flag'),
  alsologtostderr: ignored('flag'),
  alsologtostderrthreshold: ignored('text'),
  legacy_stderr_threshold_behavior: ignored('flag'),
  log_backtrace_at: ignored('text'),
  log_dir: ignored('text'),
  log_file: ignored('text'),
  log_file_max_size: ignored('text'),
  logtostderr: ignored('flag'),
  one_output: ignored('flag'),
  skip_headers: ignored('flag'),
  skip_log_headers: ignored('flag'),
  stderrthreshold: ignored('text'),
  v: ignored('text', 'v'),
  vmodule: ignored('text'),
};

/** A command line that cannot be understood; told with exit code 2. */
export class FlagError extends Error {}

/** What the command line and the environment say. */
export class KubesealArguments {
  readonly #values = new Map<string, readonly string[]>();

  /** @throws FlagError */
  static parse(args: readonly string[], env: Readonly<Record<string, string | undefined>>, warn: (line: string) => void): KubesealArguments {
    const parsed = new KubesealArguments();
    for (const name of Object.keys(kubesealFlags)) {
      const value = env[`SEALED_SECRETS_${name.toUpperCase().replaceAll('-', '_')}`];
      // kubeseal passes over what an environment variable cannot mean
      if (value !== undefined && problemOf(name, value) === undefined) parsed.#set(name, value);
    }
    parsed.#readAll(args, warn);
    return parsed;
  }

  /** Undefined where nothing was said, or nothing is in it. */
  text(name: string): string | undefined {
    const value = this.#values.get(name)?.at(-1);
    return value === '' ? undefined : value;
  }

  isOn(name: string): boolean {
    return isTrue(this.#values.get(name)?.at(-1) ?? 'false');
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  #readAll(args: readonly string[], warn: (line: string) => void): void {
    for (let at = 0; at < args.length; at += 1) {
      const word = args[at] ?? '';
      if (word === '--') return;
      // what is no flag has no meaning, and kubeseal says nothing of it
      if (!word.startsWith('-') || word === '-') continue;
      const { name, value, shown } = readWord(word);
      const { kind, deprecated } = kubesealFlags[name] ?? text('');
      const given = value ?? (kind === 'flag' ? 'true' : args[(at += 1)]);
      if (given === undefined) throw new FlagError(`flag needs an argument: ${shown}`);
      const problem = problemOf(name, given);
      if (problem !== undefined) throw new FlagError(`invalid argument ${JSON.stringify(given)} for "${shown.startsWith('--') ? shown : `-${kubesealFlags[name]?.short ?? ''}, --${name}`}" flag: ${problem}`);
      if (deprecated !== undefined) warn(`Flag --${name} has been deprecated, ${deprecated}`);
      this.#set(name, given);
    }
  }

  #set(name: string, value: string): void {
    const before = this.#values.get(name) ?? [];
    // groups may hold commas, as in kubectl
    this.#values.set(name, kubesealFlags[name]?.kind === 'list' ? [...before, ...(name === 'as-group' ? [value] : value.split(','))] : [value]);
  }
}

interface Word {
  readonly name: string;
  readonly value: string | undefined;
  /** The flag as an error names it. */
  readonly shown: string;
}

/** `--name`, `--name=value`, `-n`, `-nvalue` or `-n=value`. @throws FlagError */
function readWord(word: string): Word {
  if (word.startsWith('--')) {
    const [, name = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    if (!Object.hasOwn(kubesealFlags, name)) throw new FlagError(`unknown flag: --${name}`);
    return { name, value, shown: `--${name}` };
  }
  const short = word.charAt(1);
  const name = Object.keys(kubesealFlags).find((one) => kubesealFlags[one]?.short === short);
  if (name === undefined) throw new FlagError(`unknown shorthand flag: '${short}' in ${word}`);
  const rest = word.slice(2);
  return { name, value: rest === '' ? undefined : rest.replace(/^=/, ''), shown: `'${short}' in ${word}` };
}

function problemOf(name: string, value: string): string | undefined {
  if (kubesealFlags[name]?.kind === 'flag' && !/^(1|t|true|0|f|false)$/i.test(value)) return 'it is neither true nor false';
  if (name === 'scope' && !['', 'strict', 'namespace-wide', 'cluster-wide'].includes(value)) return 'must be one of: strict, namespace-wide, cluster-wide';
  return undefined;
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value);
}

/** The help, one flag a line. */
export function kubesealHelp(): string {
  const shown = Object.entries(kubesealFlags).filter(([, { ignored: isIgnored, deprecated }]) => isIgnored === undefined && deprecated === undefined);
  const lines = shown.map(([name, { short, kind, help }]) => `${short === undefined ? '      ' : `  -${short}, `}${`--${name}${kind === 'flag' ? '' : ` ${kind}`}`.padEnd(30)} ${help}\n`);
  return `Usage of kubeseal:\n${lines.join('')}`;
}
