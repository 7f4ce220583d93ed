import type { Shape } from '../external-secrets/fleet.ts';
import type { Controller } from './controllers.ts';
import { type Measured, measure } from './measure.ts';
import { printTable } from './print-table.ts';
import type { Stage } from './stage.ts';
import { type Subject, tellCalls, totalOf } from './subject.ts';

export interface CountOptions {
  readonly stage: Stage;
  readonly count: number;
  /** Refreshes that are watched. */
  readonly rounds: number;
  readonly shapes: readonly Shape[];
  readonly subjects: readonly { readonly open: () => Promise<Subject>; readonly isAws: boolean }[];
  readonly controllers: readonly Controller[];
}

interface Row extends Measured {
  readonly subject: string;
  readonly shape: Shape;
  readonly controller: string;
  readonly isPeer: boolean;
  /** How often each ExternalSecret was refreshed while it was watched. */
  readonly refreshes: number;
}

/** How many times fewer calls Prelude is to make than External Secrets, cold. */
const goals: Readonly<Record<Shape, number>> = { a: 20, b: 20, c: 1000 };

/** Counts calls and writes of each controller at each provider in each shape, and prints them beside each other. @returns whether all goals are met */
export async function countCalls({ stage, count, rounds, shapes, subjects, controllers }: CountOptions): Promise<boolean> {
  const rows: Row[] = [];
  for (const { open, isAws } of subjects) {
    for (const shape of shapes) {
      for (const controller of controllers) {
        if (controller.isPeer && !isAws) continue;
        await using subject = await open();
        const measured = await measure({ stage, subject, controller, shape, count, name: `calls-${rows.length}`, rounds });
        const row = { ...measured, subject: subject.title, shape, controller: controller.name, isPeer: controller.isPeer, refreshes: refreshesOf(controller.isPeer, measured, { count, rounds }) };
        console.log(detailOf(row));
        rows.push(row);
      }
    }
  }
  console.log(`\nProvider calls of ${count} ExternalSecrets x 5 keys, cold and in each of ${rounds} refreshes without a change; every Secret was compared with its source after each`);
  printTable([['provider', 'shape', 'controller', 'calls cold', 'calls a refresh', 'writes cold', 'writes a refresh', 'all Ready (s)'], ...rows.map(cellsOf)]);
  return judge(rows);
}

/** Prelude writes nothing when it refreshes; External Secrets writes a status each time, and may fall behind. */
function refreshesOf(isPeer: boolean, { steady }: Measured, { count, rounds }: { readonly count: number; readonly rounds: number }): number {
  return isPeer ? steady.writes.filter(({ subresource }) => subresource === 'status').length / count : rounds;
}

function detailOf({ subject, shape, controller, cold, steady }: Row): string {
  return `${subject}, shape ${shape}, ${controller}: cold ${tellCalls(cold.calls)}; then ${tellCalls(steady.calls) || 'nothing'}; ${steady.writes.length} writes`;
}

function cellsOf({ subject, shape, controller, cold, steady, refreshes }: Row): readonly (string | number)[] {
  const each = (total: number): string => (refreshes === 0 ? '-' : String(Number((total / refreshes).toFixed(1))));
  return [subject, shape, controller, totalOf(cold.calls), each(totalOf(steady.calls)), cold.writes.length, each(steady.writes.length), cold.seconds.toFixed(1)];
}

function judge(rows: readonly Row[]): boolean {
  const ours = rows.filter(({ isPeer }) => !isPeer);
  const writers = ours.filter(({ steady }) => steady.writes.length > 0);
  console.log(`writes in refreshes without a change: ${writers.length === 0 ? 'none' : writers.map(detailOf).join('; ')}`);
  const ratios = rows
    .filter(({ isPeer }) => isPeer)
    .map((peer) => {
      const own = ours.find(({ subject, shape }) => subject === peer.subject && shape === peer.shape);
      const ratio = totalOf(peer.cold.calls) / totalOf(own?.cold.calls ?? new Map());
      const seconds = peer.cold.seconds / (own?.cold.seconds ?? Number.NaN);
      const isMet = ratio >= goals[peer.shape];
      console.log(`${peer.subject}, shape ${peer.shape}, beside ${peer.controller}: ${ratio.toFixed(1)} times fewer calls cold (goal ${goals[peer.shape]}: ${isMet ? 'met' : 'MISSED'}), ${seconds.toFixed(1)} times the speed`);
      return isMet;
    });
  return writers.length === 0 && ratios.every(Boolean);
}
