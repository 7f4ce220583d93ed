import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { type ControllerOptions, type ControllerProcess, startController } from '../../support/controller-process.ts';

/** Milliseconds by which an event loop was late. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

export interface MeteredController extends ControllerProcess {
  /** How late its event loop was since its caches were filled: before that it loads its program. Ask after `stop`. */
  readonly delay: () => LoopDelay;
}

/** Without its types: to strip them, the program that is measured would load a compiler. */
const meter = `data:text/javascript,${encodeURIComponent(transformSync(readFileSync(join(import.meta.dirname, 'loop-delay.ts'), 'utf8'), { loader: 'ts' }).code)}`;

/** Starts a controller that notes how late its event loop is. */
export async function startMetered(options: ControllerOptions): Promise<MeteredController> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-bench-delay-'));
  const file = join(folder, 'delay.json');
  const nodeOptions = [options.env?.['NODE_OPTIONS'] ?? '', `--import=${meter}`].join(' ').trim();
  const controller = await startController({ ...options, env: { ...options.env, NODE_OPTIONS: nodeOptions, LOOP_DELAY_FILE: file } });
  const readyAt = Date.now();
  let noted: readonly (readonly [number, number])[] = [];
  return {
    ...controller,
    stop: async () => {
      const code = await controller.stop();
      noted = JSON.parse(readFileSync(file, 'utf8')) as typeof noted;
      rmSync(folder, { recursive: true });
      return code;
    },
    delay: () => {
      const late = noted.flatMap(([at, ms]) => (at < readyAt ? [] : [ms])).toSorted((a, b) => a - b);
      const at = (share: number): number => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0;
      return { p50: at(0.5), p99: at(0.99), most: at(1) };
    },
  };
}
