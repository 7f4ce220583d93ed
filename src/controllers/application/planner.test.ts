import { expect, it, vi } from 'vitest';
import { memoryTree } from '../../../test/support/memory-tree.ts';
import { parseApplication } from '../../api/application.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import { createManifestReader } from '../../gitops/render/manifest-reader.ts';
import { createRenderers } from '../../gitops/render/render-source.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createPlanCache } from './plan-cache.ts';
import { createPlanner, type Plannable } from './planner.ts';

const { signal } = new AbortController();

function plannable(name: string): Plannable {
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name }, spec: { source: { repoURL: 'r', path: name }, destination: { name: 'in-cluster', namespace: 'devnet' } } });
  if (!parsed.ok) throw new Error('the sample does not parse');
  return { key: `argocd/${name}`, application: parsed.value, identity: 'i' };
}

const files = {
  'devnet/store.yaml': 'apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: store}\nspec:\n  provider: {fake: {data: []}}\n',
  'devnet/a.yaml': `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: a}
spec:
  secretStoreRef: {name: store}
  data:
    - {secretKey: token, remoteRef: {key: remote}}
  target:
    template:
      templateFrom: [{configMap: {name: theirs, items: [{key: conf}]}}]
`,
};

/** Two Applications; `other` has a ConfigMap with these data at each commit, and is at the commit that `at` says. */
function setUp(data: Readonly<Record<string, string>>) {
  const [devnet, other] = [plannable('devnet'), plannable('other')];
  const at = { other: Object.keys(data)[0] };
  const reconsidered: (readonly string[])[] = [];
  const tree = (commit: string) => ({ ...memoryTree({ ...files, 'other/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\ndata: ${data[commit] ?? '{}'}\n` }), revision: commit, readFrom: { kind: 'git', label: 'r' } }) as const;
  const planner = createPlanner({
    resolver: { resolve: async (_repoURL, commit) => tree(commit), poll: async () => 'a' },
    reader: createManifestReader(1 << 20),
    log: silentLog,
    clock: systemClock,
    applications: () => [devnet, other],
    isThere: () => true,
    commitOf: async ({ key }) => (key === other.key ? at.other : 'a'),
    onDeclared: () => void reconsidered.push(plans.reconsider()),
  });
  const plans = createPlanCache(planner.plan);
  const errorOf = async (one: Plannable, wanted: string) => (await plans.get({ ...one, wanted, fallback: undefined }, signal)).error?.message;
  return {
    at,
    reconsidered,
    /** Why `devnet` is refused, at its one commit. */
    devnet: () => errorOf(devnet, 'a'),
    /** The other Application is planned at a commit of its own. */
    moveOther: async (commit: string) => {
      at.other = commit;
      return errorOf(other, commit);
    },
  };
}

it('refuses no Application for the text of a template in the ConfigMap of another, which may be repaired without it', async () => {
  const { devnet, moveOther } = setUp({ bad: '{conf: "{{ .token"}', good: '{conf: "{{ .token }}"}' });

  expect(await devnet()).toBeUndefined();
  expect(await moveOther('good')).toBeUndefined();
  expect(await devnet()).toBeUndefined();
});

it('reconsiders what was refused once the ConfigMap of another Application has the key', async () => {
  const { devnet, moveOther, reconsidered } = setUp({ without: '{other: x}', with: '{conf: x}' });

  expect(await devnet()).toBe('revision a is refused: devnet/a.yaml:10: spec.target.template.templateFrom[0].configMap.items[0].key: ConfigMap devnet/theirs (other/cm.yaml:1) has no key "conf"');
  expect(await moveOther('with')).toBeUndefined();
  expect(reconsidered.at(-1)).toEqual(['argocd/devnet']);
  expect(await devnet()).toBeUndefined();
});

it('puts on record what the charts of an Application were told for its own plan, not for that of a neighbour', async () => {
  const [devnet, other] = [plannable('devnet'), plannable('other')];
  const recorded: string[] = [];
  const consulted = { questions: { version: true, has: [], all: false }, answers: 'a', lookups: [] };
  const tree = { ...memoryTree({ 'devnet/a.yaml': '', 'other/a.yaml': '' }), revision: 'a', readFrom: { kind: 'git', label: 'r' } } as const;
  const planner = createPlanner({
    resolver: { resolve: async () => tree, poll: async () => 'a' },
    reader: createManifestReader(1 << 20),
    log: silentLog,
    clock: systemClock,
    answers: { open: () => ({ capabilities: async () => ({ kubeVersion: 'v1.31.0', apiVersions: [] }), lookup: async () => ({ found: {}, isSecret: false }), asked: () => {}, consulted: () => consulted }), record: (name, slot) => void recorded.push(`${name} ${slot}`) },
    applications: () => [devnet, other],
    isThere: () => true,
    commitOf: async () => 'a',
    onDeclared: () => {},
  });
  await planner.plan(devnet, 'a', signal);
  expect(recorded).toEqual(['argocd/devnet planned']);

  await planner.plan(other, 'a', signal);
  await planner.plan(other, 'a', signal);
  expect(recorded).toEqual(['argocd/devnet planned', 'argocd/other planned']);
  await planner.planValued(other, 'a', new Map(), signal);
  expect(recorded.at(-1)).toBe('argocd/other valued');
});

it('renders at a commit only those Applications that it changes something of, and tells of them', async () => {
  const [one, other] = [plannable('devnet'), plannable('other')];
  const texts: Readonly<Record<string, string>> = { 'a devnet': '1', 'b devnet': '1', 'c devnet': '1', 'a other': '1', 'b other': '1', 'c other': '2' };
  const tree = (commit: string) => {
    const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {text: "${texts[`${commit} ${name}`]}"}\n`;
    const files = memoryTree({ 'devnet/c.yaml': config('devnet'), 'other/c.yaml': config('other') });
    return { ...files, fingerprint: (path: string) => texts[`${commit} ${path.split('/')[0]}`], revision: commit, readFrom: { kind: 'git', label: 'r' } } as const;
  };
  const [renders, altered]: [string[], string[]] = [[], []];
  let head = 'a';
  const planner = createPlanner({
    resolver: { resolve: async (_repoURL, commit) => tree(commit), poll: async () => head },
    reader: createManifestReader(1 << 20),
    renderers: createRenderers(createManifestReader(1 << 20)).map((renderer) => ({
      ...renderer,
      render: (input, values, ending) => {
        renders.push(`${input.path} at ${input.tree.revision}`);
        return renderer.render(input, values, ending);
      },
    })),
    log: silentLog,
    clock: systemClock,
    applications: () => [one, other],
    isThere: () => true,
    commitOf: async () => head,
    onAltered: (key) => void altered.push(key),
    onDeclared: () => {},
  });
  const planAt = async (commit: string): Promise<string> => {
    head = commit;
    planner.noteChange();
    return (await planner.plan(one, commit, signal)).revision;
  };

  expect([await planAt('a'), await planAt('b'), await planAt('c')]).toEqual(['a', 'b', 'c']);
  expect(renders).toEqual(['devnet at a', 'other at a', 'other at c']);
  expect(altered).toEqual(['argocd/other']);

  planner.outdate(one.key);
  await planAt('c');
  expect(renders.at(-1)).toBe('devnet at c');
});

/** One Application whose files are read when the test lets them be, and what has been read of it so far. */
function setUpHeld() {
  const [own, other] = [plannable('devnet'), plannable('other')];
  const present = new Set([own.key, other.key]);
  const holds: (() => void)[] = [];
  const declared: string[] = [];
  const asked: string[] = [];
  let texts = 0;
  const planner = createPlanner({
    resolver: {
      resolve: async (_repoURL, commit) => {
        const text = `text${(texts += 1)}`;
        const files = memoryTree({ 'devnet/c.yaml': '', 'other/c.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${text}}\n` });
        await new Promise<void>((resolve) => void holds.push(resolve));
        return { ...files, revision: commit, readFrom: { kind: 'git', label: 'r' } } as const;
      },
      poll: async () => 'a',
    },
    reader: createManifestReader(1 << 20),
    log: silentLog,
    clock: systemClock,
    applications: () => [own, other],
    isThere: (key) => present.has(key),
    commitOf: async ({ key }) => {
      asked.push(key);
      return 'a';
    },
    onDeclared: (key) => void declared.push(key),
  });
  const isHeld = (count: number): Promise<void> => vi.waitFor(() => expect(holds).toHaveLength(count));
  const names = (plan: Plan): readonly string[] => plan.phases.flatMap(({ objects }) => objects.map(({ object }) => object.metadata.name));
  return { own, other, present, holds, declared, asked, planner, isHeld, names };
}

it('renders an Application anew that was outdated while a neighbour read it, whichever render ends last', async () => {
  const { own, other, holds, planner, isHeld, names } = setUpHeld();
  const neighbour = planner.plan(own, 'a', signal);
  await isHeld(1);
  holds[0]?.();
  // its neighbour's plan reads it for the first time
  await isHeld(2);
  planner.outdate(other.key);
  const planned = planner.plan(other, 'a', signal);
  await isHeld(3);
  holds[2]?.();
  expect(names(await planned)).toEqual(['text3']);

  holds[1]?.();
  await neighbour;
  expect(names(await planner.plan(other, 'a', signal))).toEqual(['text3']);
  expect(holds).toHaveLength(3);
});

it('keeps it outdated where the render of a neighbour ends before it is planned itself', async () => {
  const { own, other, holds, planner, isHeld, names } = setUpHeld();
  const neighbour = planner.plan(own, 'a', signal);
  await isHeld(1);
  holds[0]?.();
  await isHeld(2);
  planner.outdate(other.key);
  holds[1]?.();
  await neighbour;

  const planned = planner.plan(other, 'a', signal);
  await isHeld(3);
  holds[2]?.();
  expect(names(await planned)).toEqual(['text3']);
});

it('does not follow the source of an Application that is deleted before its turn, and knows nothing of one deleted while it is read', async () => {
  const { own, other, present, holds, declared, asked, planner, isHeld } = setUpHeld();
  const reading = planner.plan(own, 'a', signal);
  await isHeld(1);
  present.delete(other.key);
  planner.forget(other.key);
  holds[0]?.();
  await reading;
  expect(asked).not.toContain(other.key);

  present.add(other.key);
  planner.noteChange();
  const again = planner.plan(own, 'a', signal);
  await isHeld(2);
  present.delete(other.key);
  planner.forget(other.key);
  holds[1]?.();
  await again;
  expect(declared).toEqual([own.key]);
});
