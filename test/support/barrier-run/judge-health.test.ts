import { describe, expect, it } from 'vitest';
import type { Change } from './audit-trail.ts';
import { judgeHealth } from './judge-health.ts';
import { changeOf, declared, evidenceOf, secretWith } from './sample-log.ts';

const violations = (changes: readonly Change[], applications: readonly Change[] = []): readonly string[] => judgeHealth(evidenceOf(changes, {}, { applications })).violations;

describe('the judge of health', () => {
  it('has nothing to say of a status that is true', () => {
    const verdict = judgeHealth(evidenceOf([declared({ version: 9, values: 1, generation: 1, ready: false }), secretWith({ version: 10, values: 1 }), declared({ version: 11, values: 1, generation: 1, ready: true })]));

    expect(verdict).toEqual({ judged: 4, healthy: 2, violations: [] });
  });

  it('sees a status that is healthy before the Secret is there', () => {
    expect(violations([declared({ version: 9, values: 1, generation: 1, ready: true }), secretWith({ version: 10, values: 1 })])).toEqual([
      'Argo CD reads externalsecrets/external-0 (9) as healthy: of Secret external-0, it had never been there',
      'kstatus reads externalsecrets/external-0 (9) as healthy: of Secret external-0, it had never been there',
    ]);
  });

  it('sees an old condition that is written again after a change, which Argo CD cannot tell and kstatus can', () => {
    expect(violations([secretWith({ version: 10, values: 1 }), declared({ version: 11, values: 2, generation: 2, ready: true, observed: 1 })])).toEqual([
      'Argo CD reads externalsecrets/external-0 (11) as healthy: of Secret external-0, it had never had these values',
    ]);
  });

  it('sees an object without a status, which kstatus takes for done', () => {
    const { body, ...made } = { ...declared({ version: 9, values: 1, generation: 1, ready: true }), subresource: undefined };
    const { status: _none, ...fresh } = body ?? {};

    expect(violations([{ ...made, body: fresh }])).toEqual([expect.stringContaining('kstatus reads externalsecrets/external-0 (9) as healthy')]);
  });

  it('sees an Application that is Synced and Healthy at a revision whose Secret has never been current', () => {
    const application = (version: number, revision: string): Change => ({ ...changeOf('applications', 'run-0', version), body: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: {}, status: { health: { status: 'Healthy' }, sync: { status: 'Synced', revision } } } });
    const secrets = [secretWith({ version: 10, values: 1 })];

    expect(violations(secrets, [application(11, 'first')])).toEqual([]);
    expect(violations(secrets, [application(11, 'second')])).toEqual(['Argo CD reads applications/run-0 (11) as healthy: Secret external-0 had never been current for revision 2']);
    expect(violations(secrets, [application(9, 'first')])).toHaveLength(1);
  });
});
