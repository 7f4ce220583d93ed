import { describe, expect, it } from 'vitest';
import { type Change, inOrder } from './audit-trail.ts';
import { changeOf, declared, evidenceOf, secretWith, workloadOf } from './sample-log.ts';
import { judgeOrder } from './judge-order.ts';

const good: readonly Change[] = [secretWith({ version: 10, values: 1 }), declared({ version: 11, values: 1, generation: 1, ready: true }), workloadOf({ version: 12, revision: 1 })];

describe('the judge of the order', () => {
  it('has nothing to say of a chart that comes after its Secret, and after what says that it is done', () => {
    expect(judgeOrder(evidenceOf(good))).toEqual([]);
  });

  it('sees a workload that comes before its Secret', () => {
    const [secret, says, workload] = good;
    const log = [workload, secret, says].map((change, index) => ({ ...change, version: 10 + index }) as Change);

    expect(judgeOrder(evidenceOf(log))).toEqual(['revision 1: patch deployments/node (10) was written before Secret external-0 was current: it had never been there']);
  });

  it('sees a workload of a new revision that comes before the new values, although the Secret is there', () => {
    const log = [...good, workloadOf({ version: 13, revision: 2 }), declared({ version: 14, values: 2, generation: 2, ready: true }), secretWith({ version: 15, values: 2 })];

    expect(judgeOrder(evidenceOf(log))).toEqual(['revision 2: patch deployments/node (13) was written before Secret external-0 was current: it had never had these values']);
  });

  it('sees a workload that comes before the ExternalSecret has said anything of its own generation', () => {
    const log = [secretWith({ version: 10, values: 1 }), declared({ version: 11, values: 1, generation: 2, ready: true, observed: 1 }), workloadOf({ version: 12, revision: 1 })];

    expect(judgeOrder(evidenceOf(log))).toEqual(['revision 1: patch deployments/node (12) was written before Secret external-0 was current: externalsecrets external-0 had not said that it is Ready']);
  });

  it('sees a Secret that was long gone, and forgives one that somebody has deleted just now', () => {
    const deletedAt = (completed: number): Change => ({ ...changeOf('secrets', 'external-0'), user: 'admin', verb: 'delete', completed });
    const logWith = (deletion: Change, at: number): readonly Change[] => inOrder([...good.slice(0, 2), deletion, workloadOf({ version: 20, revision: 1, completed: at })]);

    expect(judgeOrder(evidenceOf(logWith(deletedAt(1_000), 1_002)))).toEqual([]);
    expect(judgeOrder(evidenceOf(logWith(deletedAt(1_000), 6_000_000)))).toEqual([expect.stringContaining('it had these values no more')]);
  });

  it('sees a revision that is written over a newer one', () => {
    const log = [...good, secretWith({ version: 13, values: 2 }), declared({ version: 14, values: 2, generation: 2, ready: true }), workloadOf({ version: 15, revision: 2 }), workloadOf({ version: 16, revision: 1 })];

    expect(judgeOrder(evidenceOf(log))).toEqual([
      'revision 1: patch deployments/node (16) was written before Secret external-0 was current: it had these values no more',
      'patch deployments/node (16) of revision 1 was written over that of revision 2',
    ]);
  });

  it('forgives who goes back to a revision, be it by a rollback or by a push, and its Secret must be that of then', () => {
    const back = [...good, secretWith({ version: 13, values: 2 }), declared({ version: 14, values: 2, generation: 2, ready: true }), workloadOf({ version: 15, revision: 2 })];
    const log = [...back, secretWith({ version: 17, values: 1 }), workloadOf({ version: 18, revision: 1 })];
    const pin = { ...changeOf('applications', 'run-0', 16), body: { metadata: { annotations: { 'prelude.dev/rollback-to': '{"revision":"first","replaces":"second"}' } } } };

    expect(judgeOrder(evidenceOf(log, {}, { applications: [pin] }))).toEqual([]);
    expect(judgeOrder(evidenceOf(log, {}, { takenBackTo: [1] }))).toEqual([]);
    expect(judgeOrder(evidenceOf([...back, workloadOf({ version: 18, revision: 1 })], {}, { takenBackTo: [1] }))).toEqual([expect.stringContaining('it had these values no more')]);
  });

  it('sees a workload that comes before the values of what its chart asks the cluster for, and one that goes back before they are back', () => {
    const turning = { turning: { secret: 'external-0', by: 'lookup' } } as const;
    const turned = [secretWith({ version: 13, values: 101 }), declared({ version: 14, values: 101, generation: 2, ready: true }), workloadOf({ version: 15, revision: 1, turn: 1 })];
    const back = [...good, ...turned, workloadOf({ version: 16, revision: 1 })];

    expect(judgeOrder(evidenceOf([...good, ...turned], turning))).toEqual([]);
    expect(judgeOrder(evidenceOf([...good, ...turned.slice(1)], turning))).toEqual([expect.stringContaining('it had never had these values')]);
    expect(judgeOrder(evidenceOf(back, turning))).toEqual(['revision 1: patch deployments/node (16) was written before Secret external-0 was current: it had these values no more']);
  });

  it('takes a restart of pods for nothing new, whatever has become of the Secret since', () => {
    const log = [...good, secretWith({ version: 13, values: 2 }), declared({ version: 14, values: 2, generation: 2, ready: true }), workloadOf({ version: 15, revision: 1 })];

    expect(judgeOrder(evidenceOf(log))).toEqual([]);
  });

  it('sees anything at all of a revision that must be refused', () => {
    const log = [...good, workloadOf({ version: 13, revision: 2 })];

    expect(judgeOrder(evidenceOf(log, { refused: true }))).toEqual(['revision 2 must be refused, and patch deployments/node (13) was written']);
  });

  it('sees a chart that was rendered with another value than its revision has', () => {
    const valued = { ...changeOf('configmaps', 'valued', 13), body: { metadata: { annotations: { 'barrier-run.example/revision': '1' } }, data: { digest: 'of a placeholder' } } };

    expect(judgeOrder(evidenceOf([...good, valued], { value: { secret: 'external-0', key: 'password' } }))).toEqual(['revision 1: patch configmaps/valued (13) was rendered with another value than the revision\'s']);
  });

  it('does not look at what others write', () => {
    const log = [{ ...workloadOf({ version: 9, revision: 1 }), user: 'system:serviceaccount:kube-system:deployment-controller' }, ...good];

    expect(judgeOrder(evidenceOf(log))).toEqual([]);
  });
});
