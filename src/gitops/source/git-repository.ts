import { createHash } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { LruMap } from '../../lib/lru-map.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import { type GitAccessOptions, withGitAccess } from './git-access.ts';
import { createGit, type Git, type GitProtocol, type GitRun } from './git-command.ts';
import { withinSize } from './clone-size.ts';
import { checkRevision, findRevision, type GitRefs, isCommitId, parseRefs } from './git-refs.ts';
import { openGitTree } from './git-tree.ts';
import { type GitUrl, parseGitUrl, redactUrl } from './git-url.ts';
import type { ServerTurns } from './server-turns.ts';
import { isSourceError, SourceError } from './source-error.ts';
import type { SourceTree } from './source-tree.ts';
import { defaultTreeLimits, type TreeLimits } from './tree-limits.ts';

export interface GitOptions extends GitAccessOptions {
  /** Folder for bare clones, outside any checkout; made with mode 0700. Each repository gets a folder of its own in it. */
  readonly cache: string;
  /** A controller should read `https` and `ssh` only: a `file` URL in an Application would read its own disk. */
  readonly protocols: readonly GitProtocol[];
  readonly clock: Clock;
  readonly limits?: TreeLimits;
  /** Milliseconds: one ls-remote, one fetch, and how long an answer of ls-remote serves further polls. */
  readonly pollDeadline?: number;
  readonly fetchDeadline?: number;
  readonly pollTtl?: number;
  /** Bytes that the clone of one repository may have on disk. */
  readonly cloneBytes?: number;
  /** Servers are asked in turn, where several repositories share it; absent: each asks as it likes. */
  readonly turns?: ServerTurns;
}

/** One repository on a server or on disk, and the bare clone we keep of it. */
export interface GitRepository {
  /**
   * The commit that a branch, tag, ref, range of versions or `HEAD` stands for now; a full commit id is answered without asking.
   * @param since an answer that was asked for before this moment (of the clock's `monotonic`) will not do; absent: one of the last two seconds will
   */
  readonly poll: (revision: string, signal: AbortSignal, since?: number) => Promise<string>;
  /** The files at a revision; fetched, one commit deep, where the clone does not hold it. */
  readonly tree: (revision: string, signal: AbortSignal) => Promise<SourceTree>;
}

/** Room for one repository, where others are to have some, too. */
const cloneBytes = 1 << 30;
/** Commits kept in the clone; older ones are dropped, and fetched again where someone asks for them. */
const kept = 20;
/** Files of the commits whose listings are at hand, some 250 bytes each; that of one commit is, however large. */
const listedFiles = 50_000;
/** A lock file older than this was left by a process that is gone. */
const staleLock = 300_000;

/**
 * @param url as `parseGitUrl` takes it
 * @throws SourceError `unsupported` or `invalid` for an address that is not read
 */
export function createGitRepository(url: string, options: GitOptions): GitRepository {
  const address = parseGitUrl(url);
  if (!options.protocols.includes(address.kind)) throw new SourceError('unsupported', `${address.kind} repositories are not allowed here`);
  const folder = join(options.cache, `${createHash('sha256').update(address.url).digest('hex').slice(0, 32)}.git`);
  const clone = new Clone(address, folder, options);
  return { poll: (revision, signal, since) => clone.poll(revision, signal, since), tree: (revision, signal) => clone.tree(revision, signal) };
}

/** A commit whose files are known. */
interface Listed {
  readonly tree: SourceTree;
  readonly files: number;
}

function emptyTrees(): LruMap<Listed> {
  return new LruMap(listedFiles, ({ files }) => Math.min(files, listedFiles));
}

class Clone {
  readonly #address: GitUrl;
  readonly #folder: string;
  readonly #options: GitOptions;
  readonly #git: Git;
  readonly #limits: TreeLimits;
  /** Git locks its files; waiting here is kinder than failing there. */
  readonly #oneAtATime = createSemaphore(1);
  #ready = false;
  /** By commit: many Applications read the same one, and most of the time it is the newest. */
  #trees = emptyTrees();
  #refs: { readonly at: number; readonly refs: Promise<GitRefs>; readonly signal: AbortSignal } | undefined;

  constructor(address: GitUrl, folder: string, options: GitOptions) {
    this.#address = address;
    this.#folder = folder;
    this.#options = options;
    this.#git = createGit(folder, [address.kind]);
    this.#limits = options.limits ?? defaultTreeLimits;
  }

  async poll(revision: string, signal: AbortSignal, since?: number): Promise<string> {
    return (await this.#find(revision, signal, since)).commit;
  }

  async tree(revision: string, signal: AbortSignal): Promise<SourceTree> {
    const { ref, commit } = await this.#find(revision, signal);
    return this.#named(
      this.#oneAtATime.run(async () => {
        const known = this.#trees.get(commit)?.tree;
        if (known !== undefined) return known;
        await this.#prepare(signal);
        if (!(await this.#holds(commit, signal))) await this.#fetch(commit, ref, signal);
        const tree = await openGitTree(this.#git, commit, this.#limits, signal);
        this.#trees.set(commit, { tree, files: (await tree.list('', signal)).length });
        return tree;
      }, signal),
    );
  }

  async #find(revision: string, signal: AbortSignal, since?: number): Promise<{ readonly ref?: string; readonly commit: string }> {
    checkRevision(revision);
    if (isCommitId(revision)) return { commit: revision.toLowerCase() };
    return this.#named(this.#listRefs(revision, signal, since).then((refs) => findRevision(refs, revision)));
  }

  /** Polls of many Applications come in bursts: one answer serves them all. */
  async #listRefs(revision: string, signal: AbortSignal, since?: number): Promise<GitRefs> {
    const now = this.#options.clock.monotonic();
    const oldest = since ?? now - (this.#options.pollTtl ?? 2_000);
    const usual = !revision.startsWith('refs/') || /^refs\/(heads|tags)\//.test(revision);
    if (!usual) return this.#lsRemote([revision], signal);
    const shared = this.#refs;
    if (shared !== undefined && shared.at >= oldest) {
      try {
        return await untilAborted(shared.refs, signal);
      } catch (error) {
        // the one who asked has given up, or failed; we have not
        if (!shared.signal.aborted || signal.aborted) throw error;
      }
    }
    const refs = this.#lsRemote(['HEAD', 'refs/heads/*', 'refs/tags/*'], signal);
    const entry = { at: now, refs, signal };
    this.#refs = entry;
    try {
      return await refs;
    } catch (error) {
      if (this.#refs === entry) this.#refs = undefined;
      throw error;
    }
  }

  async #lsRemote(patterns: readonly string[], signal: AbortSignal): Promise<GitRefs> {
    const run = { signal, deadline: this.#options.pollDeadline ?? 30_000, stdoutLimit: 32 << 20 };
    const listing = await this.#remote(['ls-remote', '--quiet', '--end-of-options', this.#address.url, ...patterns], run);
    return parseRefs(listing.toString('utf8'));
  }

  /** Runs what asks the server. The credential is looked up each time: it may be another one by now. */
  #remote(args: readonly string[], run: GitRun): Promise<Buffer> {
    const { turns, ...options } = this.#options;
    const { url: repository, ...address } = this.#address;
    const ask = (deadline: number): Promise<Buffer> => withGitAccess(this.#address, options, (access) => this.#git(args, { ...run, deadline, access }), run.signal);
    const server = 'host' in address ? `${address.host}:${address.port}` : repository;
    return turns === undefined ? ask(run.deadline) : turns.run({ ...run, server, repository, isShort: args[0] === 'ls-remote' }, ask);
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    if (this.#ready) return;
    await mkdir(this.#options.cache, { recursive: true, mode: 0o700 });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#git(['init', '--bare', '--quiet', '--template='], this.#local(signal));
    this.#ready = true;
  }

  async #holds(commit: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#git(['cat-file', '--batch-check'], { ...this.#local(signal), stdin: `${commit}\n` });
    const type = answer.toString('utf8').split(' ')[1]?.trim();
    if (type !== undefined && type !== 'commit' && type !== 'missing') throw new SourceError('invalid', `${commit} is a ${type}, not a commit`);
    return type === 'commit' && (await this.#isKept(commit, signal));
  }

  /** An interrupted fetch may leave a commit without its files; only what was kept is whole. */
  async #isKept(commit: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#keptRefs(signal)).some((ref) => ref.endsWith(`/${commit}`));
  }

  async #keptRefs(signal: AbortSignal): Promise<readonly string[]> {
    const refs = await this.#git(['for-each-ref', '--format=%(refname)', 'refs/prelude/kept/'], this.#local(signal));
    return refs.toString('utf8').split('\n').filter((ref) => ref !== '');
  }

  async #fetch(commit: string, ref: string | undefined, signal: AbortSignal): Promise<void> {
    await this.#removeStaleLock();
    const heldOthers = (await this.#keptRefs(signal)).length > 0;
    try {
      await this.#fetchBounded(commit, ref, signal);
    } catch (error) {
      // the bound is for all commits in the clone: the others make room before this one is refused
      if (!heldOthers || !isSourceError(error, 'tooLarge')) throw error;
      await this.#prepare(signal);
      await this.#fetchBounded(commit, ref, signal);
    }
    await this.#keep(commit, signal);
  }

  async #fetchBounded(commit: string, ref: string | undefined, signal: AbortSignal): Promise<void> {
    const bound = { most: this.#options.cloneBytes ?? cloneBytes, clock: this.#options.clock, signal };
    try {
      await withinSize(this.#folder, bound, (until) => this.#fetchAny(commit, ref, until));
    } catch (error) {
      if (isSourceError(error, 'tooLarge')) await this.#drop();
      throw error;
    }
  }

  /** What a server has sent beyond the bound must not stay on the disk; the clone is only a copy. */
  async #drop(): Promise<void> {
    this.#ready = false;
    this.#trees = emptyTrees();
    // what the ended fetch had started may write one more file
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #fetchAny(commit: string, ref: string | undefined, signal: AbortSignal): Promise<void> {
    // servers may refuse a commit by its id; then its ref, then everything
    const attempts = [['--depth=1', commit], ...(ref === undefined ? [] : [['--depth=1', ref]]), ['--depth=2147483647', '+refs/heads/*:refs/prelude/all/heads/*', '+refs/tags/*:refs/prelude/all/tags/*']];
    for (const [index, [depth = '', ...refspecs]] of attempts.entries()) {
      try {
        const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance', '--force', depth];
        await this.#remote(['fetch', ...flags, '--end-of-options', this.#address.url, ...refspecs], { signal, deadline: this.#options.fetchDeadline ?? 120_000 });
        if ((await this.#typeOf(commit, signal)) === 'commit') return;
      } catch (error) {
        // only a refusal of this way is worth another way: who is away now is so on each of them
        if (!isSourceError(error, 'absent') || index === attempts.length - 1 || signal.aborted) throw error;
      }
    }
    throw new SourceError('absent', `the repository has no commit ${commit}`);
  }

  async #typeOf(commit: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#git(['cat-file', '--batch-check'], { ...this.#local(signal), stdin: `${commit}\n` });
    return answer.toString('utf8').split(' ')[1]?.trim();
  }

  /** Keeps the newest commits, and drops the rest from the disk once there are twice as many. */
  async #keep(commit: string, signal: AbortSignal): Promise<void> {
    const stamp = String(Math.trunc(this.#options.clock.now())).padStart(15, '0');
    await this.#git(['update-ref', `refs/prelude/kept/${stamp}/${commit}`, commit], this.#local(signal));
    const listing = await this.#git(['for-each-ref', '--format=%(refname)', 'refs/prelude/'], this.#local(signal));
    const refs = listing.toString('utf8').split('\n').filter((name) => name !== '');
    const held = refs.filter((name) => name.startsWith('refs/prelude/kept/'));
    const isFull = held.length >= 2 * kept;
    // what everything was fetched by would hold it all for ever
    const stdin = [...refs.filter((name) => !name.startsWith('refs/prelude/kept/')), ...(isFull ? held.slice(0, -kept) : [])].map((name) => `delete ${name}\n`).join('');
    if (stdin !== '') await this.#git(['update-ref', '--stdin'], { ...this.#local(signal), stdin });
    if (!isFull) return;
    // what a listing names may be gone
    this.#trees = emptyTrees();
    await this.#git(['gc', '--quiet', '--prune=now'], { signal, deadline: this.#options.fetchDeadline ?? 120_000 });
  }

  async #removeStaleLock(): Promise<void> {
    const lock = join(this.#folder, 'shallow.lock');
    const found = await stat(lock).catch(() => undefined);
    if (found !== undefined && this.#options.clock.now() - found.mtimeMs > staleLock) await rm(lock, { force: true });
  }

  #local(signal: AbortSignal): { readonly signal: AbortSignal; readonly deadline: number } {
    return { signal, deadline: 30_000 };
  }

  /** Says in the error which repository it is about. */
  async #named<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new SourceError(error.kind, `${redactUrl(this.#address.url)}: ${error.message}`, { cause: error });
    }
  }
}
