import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { compileChecks, type CustomRules, rulesOf } from './custom-rules.ts';
import { loadCel } from './evaluate-cel.ts';
import { healthChecksAnnotation, parseHealthChecks, readHealthChecks } from './health-checks.ts';
import { loadRules } from './load-rules.ts';

const cel = await loadCel();

function rules(text: string): CustomRules {
  const { checks, errors } = readHealthChecks({ annotations: { [healthChecksAnnotation]: text } });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return rulesOf(compileChecks(checks, cel));
}

const widget = (status?: unknown, metadata: Readonly<Record<string, unknown>> = {}): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', generation: 2, ...metadata }, ...(status === undefined ? {} : { status }) });
const current = (expression: string): CustomRules => rules(JSON.stringify([{ apiVersion: 'example.com/v1', kind: 'Widget', current: expression }]));

const widgets = rules(`
- apiVersion: example.com/v1
  kind: Widget
  inProgress: status.observedGeneration != metadata.generation
  failed: status.conditions.exists(c, c.type == 'Ready' && c.status == 'False' && c.reason == 'Broken')
  current: status.replicas >= 3 && status.share > 0.5 && status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')
`);

describe('health checks of an Application', () => {
  const ready = (status: string, reason = '', message = 'said so'): unknown => ({ observedGeneration: 2, replicas: 3, share: 0.75, conditions: [{ type: 'Ready', status, reason, message }] });

  it.each<[string, KubeObject, string, string]>([
    ['current', widget(ready('True')), 'Healthy', 'said so'],
    ['failed', widget(ready('False', 'Broken')), 'Degraded', 'said so'],
    ['none of them', widget(ready('False')), 'Progressing', 'said so'],
    ['in progress, which comes first', widget({ observedGeneration: 1, conditions: [{ type: 'Ready', status: 'False', reason: 'Broken' }] }), 'Progressing', ''],
    ['not told yet', widget(), 'Progressing', 'cannot be told yet: unknown variable'],
    ['without a field that is asked for', widget({}), 'Progressing', 'cannot be told yet: no such key'],
    ['being deleted', widget(ready('True'), { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'Progressing', 'Pending deletion'],
  ])('call what is %s by the first expression that holds', (_title, object, status, message) => {
    expect(widgets.assess(object)).toMatchObject({ status, message: expect.stringContaining(message) });
  });

  it('go by group and kind, or by group alone, and say nothing of others', () => {
    expect(widgets.covers({ apiVersion: 'example.com/v2', kind: 'Widget' })).toBe(true);
    expect(widgets.covers({ apiVersion: 'example.com/v1', kind: 'Gadget' })).toBe(false);
    expect(widgets.assess({ ...widget(), kind: 'Gadget' })).toBeUndefined();
    expect(rules('[{apiVersion: example.com/v1, current: "true"}]').covers({ apiVersion: 'example.com/v1', kind: 'Gadget' })).toBe(true);
    expect(rules('[{apiVersion: v1, current: "true"}]').covers({ apiVersion: 'v1', kind: 'ConfigMap' })).toBe(true);
  });

  it('leave alone what says that its health does not count', () => {
    expect(widgets.assess(widget(undefined, { annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' } }))).toBeUndefined();
  });

  it('ask the published expression for an ExternalSecret', () => {
    const check = rules(`
- apiVersion: external-secrets.io/v1
  kind: ExternalSecret
  current: has(status.syncedResourceVersion) && status.syncedResourceVersion.startsWith(string(metadata.generation) + '-') && status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')
`);
    const secret = (synced: string): KubeObject => ({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'a', generation: 2 }, status: { syncedResourceVersion: synced, conditions: [{ type: 'Ready', status: 'True' }] } });

    expect([check.assess(secret('1-a'))?.status, check.assess(secret('2-a'))?.status]).toEqual(['Progressing', 'Healthy']);
  });

  it.each([['1 +', /current: /], ['status.(', /current: /], ['"text"', /must be true or false/], ['nothing(1)', /current: /]])('that are no check (%s) call nothing healthy', (expression, message) => {
    expect(current(expression).assess(widget())).toMatchObject({ status: 'Degraded', message: expect.stringMatching(message) });
  });

  it('never quote the object, whatever goes wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom('int(status.value) > 0', 'status.value', 'duration(status.value) > duration("1s")', 'status[status.value]', 'status.value + 1 == 2'), (expression) => {
        const health = current(expression).assess(widget({ value: 'hunter2' }));
        expect(health?.status).toBe('Progressing');
        expect(health?.message).not.toContain('hunter2');
      }),
    );
  });

  it('are stopped when they take too long', () => {
    const list = Array.from({ length: 400 }, (_item, index) => index);
    const health = current('status.list.all(a, status.list.all(b, status.list.all(c, status.list.all(d, a + b + c + d >= 0))))').assess(widget({ list }));

    expect(health).toMatchObject({ status: 'Progressing', message: expect.stringContaining('it takes more than 100 ms') });
  });

  it('are asked no more once they were stopped five times in a row, and are asked again after fewer', () => {
    const list = Array.from({ length: 400 }, (_item, index) => index);
    const check = current('has(status.fast) || status.list.all(a, status.list.all(b, status.list.all(c, status.list.all(d, a + b + c + d >= 0))))');
    const [slow, fast] = [widget({ list }), widget({ fast: true })];
    for (let round = 0; round < 4; round += 1) expect(check.judge(slow)).toMatchObject({ isLate: true, health: { status: 'Progressing' } });
    expect(check.judge(fast)).toEqual({ health: { status: 'Healthy', message: '' } });
    for (let round = 0; round < 5; round += 1) expect(check.judge(slow)).toMatchObject({ isLate: true });

    const begun = performance.now();
    for (const object of [slow, fast]) expect(check.judge(object)).toEqual({ health: { status: 'Degraded', message: 'the health check of Widget is too slow: it was stopped 5 times in a row, and is not asked any more; make it simpler' } });
    expect(performance.now() - begun).toBeLessThan(100);
  });

  it('reach nothing but the fields of the object', () => {
    for (const expression of ['status.constructor == null', 'has(status.__proto__)', 'has(status.toString)']) expect(current(expression).assess(widget({}))?.status).toBe('Progressing');
  });
});

describe('health checks of the whole program', () => {
  const parsed = parseHealthChecks([{ apiVersion: 'example.com/v1', current: "status.by == 'program' || status.list.all(a, status.list.all(b, status.list.all(c, status.list.all(d, a + b + c + d >= 0))))" }]);
  const everywhere = parsed.ok ? compileChecks(parsed.value, cel) : [];
  const annotated = { annotations: { [healthChecksAnnotation]: "[{apiVersion: example.com/v1, kind: Widget, current: status.by == 'application'}]" } };

  it('judge what an Application has no check of its own for', async () => {
    const [own, none] = [await loadRules(annotated, undefined, everywhere), await loadRules({}, undefined, everywhere)];
    const gadget = { ...widget({ by: 'program' }), kind: 'Gadget' };

    expect([own.rules.assess(widget({ by: 'program' }))?.status, own.rules.assess(widget({ by: 'application' }))?.status, own.rules.assess(gadget)?.status]).toEqual(['Progressing', 'Healthy', 'Healthy']);
    expect([none.rules.assess(widget({ by: 'program' }))?.status, none.rules.covers({ apiVersion: 'v1', kind: 'Pod' })]).toEqual(['Healthy', false]);
    expect(await loadRules(annotated, own, everywhere)).toBe(own);
  });

  it('that are too slow for the objects of one Application go on to be asked for others', async () => {
    const [one, other] = [await loadRules({}, undefined, everywhere), await loadRules({}, undefined, everywhere)];
    const slow = widget({ by: 'nobody', list: Array.from({ length: 400 }, (_item, index) => index) });
    for (let round = 0; round < 5; round += 1) one.rules.assess(slow);

    expect(one.rules.assess(widget({ by: 'program' }))?.status).toBe('Degraded');
    expect(other.rules.assess(widget({ by: 'program' }))?.status).toBe('Healthy');
  });
});

describe('the annotation', () => {
  it.each([
    ['current: x', 'must be a list'],
    ['[{apiVersion: a/v1}]', '[0].current: is required'],
    ['[{apiVersion: a/v1, current: ""}]', '[0].current'],
    ['[{apiVersion: a/v1, current: x, healthy: y}]', '[0].healthy: unknown field'],
    ['a: [', 'not valid YAML'],
    ['[]\n---\n[]', 'must be one YAML document'],
  ])('of %s is refused', (text, message) => {
    expect(readHealthChecks({ annotations: { [healthChecksAnnotation]: text } })).toMatchObject({ checks: [], errors: [{ path: `metadata.annotations[${healthChecksAnnotation}]`, message: expect.stringContaining(message) }] });
  });

  it('need not be there', () => {
    expect(readHealthChecks({})).toEqual({ checks: [], errors: [] });
  });
});
