import { readdirSync, readFileSync } from 'node:fs';
import { startSealedController } from '../../support/sealed-controller.ts';
import { type LoopDelay, startMetered } from './metered-controller.ts';
import { keyNamespace, type Stage } from './stage.ts';

/** A controller that is being measured. */
export interface Subject {
  readonly pid: number;
  /** On performance.now's scale. */
  readonly startedAt: number;
  /** Where kubeseal is served. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface OurSubject extends Subject {
  /** Seconds until its caches were filled. */
  readonly readyAfter: number;
  /** RSA operations so far. */
  readonly operations: () => Promise<number>;
  /** Milliseconds by which its event loop was late since its caches were filled: before that it loads its program. Ask after `stop`. */
  readonly delay: () => LoopDelay;
}

/** Starts ours, with more flags than what it takes to be started at all only where told. */
export async function startOurs({ plane }: Stage, args: readonly string[] = [], serveAt = 0): Promise<OurSubject> {
  const controller = await startMetered({ kubeconfig: plane.kubeconfig, args: ['--controllers', 'sealed', '--namespace', keyNamespace, ...args] });
  return {
    pid: controller.pid,
    startedAt: controller.startedAt,
    url: `http://127.0.0.1:${serveAt}`,
    readyAfter: controller.startedIn / 1000,
    operations: async () => Number(/^prelude_sealing_rsa_operations_total (\d+)/m.exec(await (await fetch(`${controller.url}/metrics`)).text())?.[1]),
    stop: async () => void (await controller.stop()),
    delay: controller.delay,
  };
}

/** How Sealed Secrets' controller is run: as it comes, or with nothing that holds its client back. */
export const peerFlags = {
  default: ['--kubeclient-qps=5', '--kubeclient-burst=10'],
  tuned: ['--kubeclient-qps=-1'],
} as const;

/** Starts theirs. */
export async function startPeer({ plane }: Stage, program: string, args: readonly string[]): Promise<Subject> {
  const startedAt = performance.now();
  const { port, stop } = await startSealedController({ program, facts: plane, namespace: keyNamespace, args });
  return { pid: pidOf(`--listen-addr=127.0.0.1:${port}`), startedAt, url: `http://127.0.0.1:${port}`, stop };
}

/** The process that was started with a word that no other has. */
function pidOf(word: string): number {
  const found = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(word));
  if (found === undefined) throw new Error(`no process was started with ${word}`);
  return Number(found);
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // it has ended since the folder was read
    return [];
  }
}
