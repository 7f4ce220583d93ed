import type { Shape } from '../external-secrets/fleet.ts';
import { startAws } from './aws-subjects.ts';
import { startGcp } from './cloud-subjects.ts';
import type { Controller } from './controllers.ts';
import { measure } from './measure.ts';
import { printTable } from './print-table.ts';
import type { Stage } from './stage.ts';
import { type Subject, totalOf } from './subject.ts';

/** Calls a second that the provider takes. */
const limit = 40;
/** How many times the least time it may take, and which share of calls may be refused. */
const goal = { times: 1.2, wasted: 0.05 };

const cases: readonly { readonly what: string; readonly shape: Shape; readonly isAws: boolean; readonly open: () => Promise<Subject> }[] = [
  { what: 'Parameter Store, one by one', shape: 'a', isAws: true, open: startSingles },
  { what: 'Parameter Store', shape: 'b', isAws: true, open: () => startAws('ParameterStore') },
  { what: 'GCP Secret Manager', shape: 'a', isAws: false, open: startGcp },
];

/** Parameter Store as a policy leaves it that does not allow GetParameters. */
async function startSingles(): Promise<Subject> {
  const subject = await startAws('ParameterStore');
  subject.aws.denyBatch(true);
  return subject;
}

/** How long it takes until all are Ready where the provider takes few calls, and how many of them are wasted. @returns whether the goals are met */
export async function measureThrottled(stage: Stage, count: number, controllers: readonly Controller[]): Promise<boolean> {
  const rows: (readonly (string | number)[])[] = [];
  let isMet = true;
  for (const { what, shape, isAws, open } of cases) {
    for (const controller of controllers) {
      const { name, isPeer } = controller;
      if (isPeer && !isAws) continue;
      await using subject = await open();
      subject.limit?.(limit);
      const { cold } = await measure({ stage, subject, controller, shape, count, name: `throttled-${rows.length}`, rounds: 0 });
      const [calls, wasted] = [totalOf(cold.calls), subject.wasted()];
      const least = (calls - wasted) / limit;
      const [times, share] = [cold.seconds / least, wasted / calls];
      const isGood = times <= goal.times && share < goal.wasted;
      if (!isPeer) isMet &&= isGood;
      rows.push([what, shape, name, calls, least.toFixed(1), cold.seconds.toFixed(1), times.toFixed(2), wasted, `${(share * 100).toFixed(1)} %`, isGood ? 'met' : 'MISSED']);
    }
  }
  console.log(`\nA provider that takes ${limit} calls a second, ${count} ExternalSecrets x 5 keys; goal: all Ready within ${goal.times} times calls / limit, less than ${goal.wasted * 100} % of calls refused`);
  printTable([['provider', 'shape', 'controller', 'calls', 'calls / limit (s)', 'all Ready (s)', 'times', 'refused', 'of all', 'goal'], ...rows]);
  return isMet;
}
