import { awsRole, startAws } from './aws-subjects.ts';
import { prelude } from './controllers.ts';
import { measure } from './measure.ts';
import { printTable } from './print-table.ts';
import type { Stage } from './stage.ts';
import { tellCalls, totalOf } from './subject.ts';

/** Stores that ask as the same, and stores that do not. */
const kinds: readonly { readonly what: string; readonly fields: object; readonly identities: number }[] = [
  { what: 'equal keys', fields: {}, identities: 1 },
  { what: 'equal keys and role', fields: { role: awsRole }, identities: 1 },
  { what: 'equal keys and role, with session tags', fields: { role: awsRole, sessionTagsPolicy: 'Simple' }, identities: 50 },
];

/** Counts as whom fifty stores of fifty namespaces ask, which all read the same twenty secrets. @returns whether it is as many as it should be */
export async function countIdentities(stage: Stage, count: number): Promise<boolean> {
  const rows: (readonly (string | number)[])[] = [];
  let isRight = true;
  for (const [index, { what, fields, identities }] of kinds.entries()) {
    await using subject = await startAws('SecretsManager', fields);
    const { cold } = await measure({ stage, subject, controller: prelude, shape: 'c', count, name: `stores-${index}`, rounds: 0, isStoreEach: true });
    const reads = subject.aws.requests.filter(({ operation }) => operation !== 'AssumeRole');
    const askers = new Set(reads.map(({ by }) => by)).size;
    isRight &&= askers === identities;
    rows.push([what, askers, totalOf(cold.calls), tellCalls(cold.calls), cold.seconds.toFixed(1)]);
  }
  console.log(`\nFifty stores in fifty namespaces, ${count} ExternalSecrets of shape c, AWS Secrets Manager`);
  printTable([['stores with', 'ask as so many', 'calls cold', 'of these', 'all Ready (s)'], ...rows]);
  return isRight;
}
