import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Part, parts } from './part-list.ts';

const execFileAsync = promisify(execFile);
const modules = fileURLToPath(new URL('../../parts/', import.meta.url));

/** Where the programs of the tests lie, ready to run. */
export interface PartPaths {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kwok: string;
  /** kwok's stages: how its nodes and pods live. */
  readonly kwokStages: string;
  readonly helm: string;
  /** See test/support/render/helm-release.ts. */
  readonly helmBatch: string;
  readonly kustomize: string;
  readonly sops: string;
  readonly age: string;
  /** See test/support/git-ssh-server.ts. */
  readonly gitSshServer: string;
  /** Sealed Secrets' own programs, and the file of its CRD; see test/support/sealed-controller.ts. */
  readonly sealedSecrets: { readonly kubeseal: string; readonly controller: string; readonly crd: string };
  /** See test/support/vault-process.ts. */
  readonly vault: string;
  /** See test/support/template/oracle.ts. */
  readonly templateOracle: string;
  /** Folders of External Secrets' module: its documentation's manifests, its Helm chart, its CRDs. */
  readonly upstream: { readonly snippets: string; readonly chart: string; readonly crds: string };
  /** Folders of the parts' modules in which charts lie, their tests' too. */
  readonly charts: Readonly<Record<string, string>>;
}

export type Progress = (line: string) => void;

/**
 * Builds what is not yet in the cache, one part after the other, and answers where everything is. Cold, with an empty
 * Go cache, it takes twenty minutes; afterwards none. etcd and kube-apiserver come from KUBEBUILDER_ASSETS where that is set.
 */
export async function buildParts(progress: Progress): Promise<PartPaths> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const etcd = assets === undefined ? join(await build(parts.etcd, progress), 'etcd') : asset(assets, 'etcd');
  const kubernetes = await build(parts.kubernetes, progress);
  const kwok = await build(parts.kwok, progress);
  const helm = await build(parts.helm, progress);
  const kustomize = await build(parts.kustomize, progress);
  const sops = await build(parts.sops, progress);
  const age = await build(parts.age, progress);
  const ssh = await build(parts.ssh, progress);
  const sealedSecrets = await build(parts.sealedSecrets, progress);
  const vault = await build(parts.vault, progress);
  const templateOracle = await build(parts.templateOracle, progress);
  return {
    etcd,
    kubeApiserver: assets === undefined ? join(kubernetes, 'kube-apiserver') : asset(assets, 'kube-apiserver'),
    kubeControllerManager: join(kubernetes, 'kube-controller-manager'),
    kubeScheduler: join(kubernetes, 'kube-scheduler'),
    kwok: join(kwok, 'kwok'),
    kwokStages: join(kwok, 'stage'),
    helm: join(helm, 'helm'),
    helmBatch: join(helm, 'helm-batch'),
    kustomize: join(kustomize, 'kustomize'),
    sops: join(sops, 'sops'),
    age: join(age, 'age'),
    gitSshServer: join(ssh, 'git-ssh-server'),
    sealedSecrets: { kubeseal: join(sealedSecrets, 'kubeseal'), controller: join(sealedSecrets, 'controller'), crd: join(sealedSecrets, 'crds', 'bitnami.com_sealedsecrets.yaml') },
    vault: join(vault, 'vault'),
    templateOracle: join(templateOracle, 'template-oracle'),
    upstream: { snippets: join(templateOracle, 'snippets'), chart: join(templateOracle, 'chart'), crds: join(templateOracle, 'crds') },
    charts: { 'sealed-secrets': join(sealedSecrets, 'charts'), kwok: join(kwok, 'charts'), kustomize: join(kustomize, 'charts'), 'helm/testdata': join(helm, 'testdata') },
  };
}

function asset(folder: string, program: string): string {
  const path = join(folder, program);
  if (!existsSync(path)) throw new Error(`KUBEBUILDER_ASSETS is ${folder}, which holds no ${program}; unset it to have one built`);
  return path;
}

/** Answers the folder in the cache that holds the part, after building it where it is not there. */
async function build(part: Part, progress: Progress): Promise<string> {
  const source = join(modules, part.name);
  const flags = ['-buildvcs=false', '-trimpath', '-ldflags', linkerFlags(part, readFileSync(join(source, 'go.mod'), 'utf8'))];
  const target = join(cacheFolder(), `${part.name}-${await cacheKey(part, source, flags)}`);
  if (existsSync(target)) return target;

  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(`${target}.`);
  try {
    for (const [program, from] of Object.entries(part.programs)) {
      progress(`building ${program}; it is kept for the next runs (with nothing compiled before, ${part.name} takes about ${part.coldMinutes} min)`);
      await go(['build', ...flags, '-o', join(work, program), from], source, progress);
    }
    for (const [name, folder] of Object.entries(part.folders ?? {})) {
      const { stdout } = await execFileAsync('go', ['list', '-m', '-f', '{{.Dir}}', folder.module], { cwd: source, env: goEnvironment() });
      // the module cache is read-only, and so would the copy be
      cpSync(join(stdout.trim(), folder.path), join(work, name), { recursive: true, mode: 0 });
    }
    publish(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

/** The rename is atomic, so another run sees all or nothing; where it was faster, its result is as good. */
function publish(work: string, target: string): void {
  try {
    renameSync(work, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'prelude', 'parts');
}

function linkerFlags(part: Part, goMod: string): string {
  const requirements = goMod.split('\n').map((line) => line.trim().replace(/^require /, '').split(' '));
  const versions = (part.versions ?? []).map(({ variable, module }) => {
    const version = requirements.find(([name]) => name === module)?.[1];
    if (version === undefined) throw new Error(`test/parts/${part.name}/go.mod does not require ${module}`);
    return `-X ${variable}=${version}`;
  });
  return ['-s', '-w', ...versions].join(' ');
}

async function cacheKey(part: Part, source: string, flags: readonly string[]): Promise<string> {
  const { stdout } = await execFileAsync('go', ['version'], { cwd: source, env: goEnvironment() }).catch((error: unknown) => {
    throw new Error('the real parts of the tests are built by Go 1.26 or later, which is not in PATH', { cause: error });
  });
  const hash = createHash('sha256');
  const files = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map(({ name }) => name).toSorted();
  for (const text of [stdout, JSON.stringify([part, flags]), ...names.map((file) => readFileSync(join(source, file), 'utf8'))]) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** A module that a proxy does not have would otherwise be looked for at its origin, which may hang. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOPROXY: goProxy().replace(/,direct$/, ''), CGO_ENABLED: '0' };
}

/** As this machine has it set up, or as Go has it unless told. */
function goProxy(): string {
  try {
    return execFileSync('go', ['env', 'GOPROXY'], { encoding: 'utf8' }).trim();
  } catch {
    // there is no Go: the first build says so
    return 'off';
  }
}

function go(args: readonly string[], cwd: string, progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env: goEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
    const started = performance.now();
    const ticker = setInterval(() => progress(`  still building after ${Math.round((performance.now() - started) / 1000)} s`), 30_000);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(ticker);
      if (code === 0) resolve();
      else reject(new Error(`go ${args.join(' ')} failed in ${cwd}:\n${stderr}`));
    });
  });
}

if (import.meta.main) {
  const paths = await buildParts((line) => console.error(line));
  console.log(JSON.stringify(paths, undefined, 2));
}
