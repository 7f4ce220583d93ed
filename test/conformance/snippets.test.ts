import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest';
import { generators, providers } from '../../providers/index.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { createObjectChecks } from '../../src/app/object-checks.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster, Discovery } from '../../src/kube/port.ts';
import { createGeneratorRegistry } from '../../src/provider/generator-registry.ts';
import { createRegistry } from '../../src/provider/registry.ts';
import { askApiServer } from '../support/ask-api-server.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { readSnippets } from '../support/snippets.ts';
import { snippetExemptions, type SnippetExemption } from '../support/snippet-exemptions.ts';
import { installUpstreamCrds } from '../support/takeover/upstream-cluster.ts';

const { upstream } = inject('parts');
const snippets = readSnippets(upstream.snippets);
const check = createObjectChecks({ providers: createRegistry(providers), generators: createGeneratorRegistry(generators) });

/** An object of the documentation's that is for a controller of secrets, with all that is said against it. */
const checked = snippets.flatMap(({ file, objects }) =>
  objects.flatMap((object) => {
    const verdict = check(object);
    return verdict === undefined ? [] : [{ file, object, problems: verdict.errors.map(({ path, message }) => `${path} ${message}`) }];
  }),
);

/** What this version of Prelude has no adapter for, or an adapter that cannot do it yet; a condition says so of the live object. */
const notYet = /^(spec\.provider\.\w+\S* .*(the provider is not known|is not supported by this version of Prelude)|kind the kind of generator is not known)/;

function isExempt(file: string, kind: string | undefined, problem: string): boolean {
  return snippetExemptions.some((row) => row.file === file && row.kind === kind && problem.includes(row.says));
}

describe("The manifests of External Secrets' documentation", () => {
  it('are all there', () => {
    expect(checked.length).toBeGreaterThan(190);
    expect(new Set(checked.map(({ object }) => object.kind)).size).toBeGreaterThan(15);
  });

  it('are understood, as far as they are YAML and whole', () => {
    const broken = snippets.flatMap(({ file, problem }) => (problem === undefined || isExempt(file, undefined, problem) ? [] : [`${file}: ${problem}`]));
    const refused = checked.flatMap(({ file, object, problems }) => problems.filter((problem) => !notYet.test(problem) && !isExempt(file, object.kind, problems.join('\n'))).map((problem) => `${file} ${object.kind}: ${problem}`));

    expect([...broken, ...refused]).toEqual([]);
  });

  test.each(snippetExemptions)('$file is rightly not understood', ({ file, kind, says }) => {
    const problems = kind === undefined ? snippets.filter((one) => one.file === file).map(({ problem }) => problem) : checked.filter((one) => one.file === file && one.object.kind === kind).map((one) => one.problems.join('\n'));

    expect(problems.join('\n')).toContain(says);
  });
});

describe("External Secrets' own schemas", () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let discovery: Discovery;

  beforeAll(async () => {
    plane = await startControlPlane(inject('parts'));
    cluster = await openCluster({ kubeconfig: plane.kubeconfig });
    await installUpstreamCrds(cluster, upstream.crds);
    discovery = await cluster.discover(new AbortController().signal, { fresh: true });
  });

  afterAll(async () => {
    await cluster.close();
    await plane.stop();
  });

  /** What kubectl is answered where it asks for every mistake to be told. */
  async function upstreamRefuses({ status: _status, metadata: { namespace: _namespace, ...metadata }, ...object }: KubeObject): Promise<boolean> {
    const type = discovery.find(object.apiVersion, object.kind);
    if (type === undefined) return true;
    const path = `/apis/${object.apiVersion}/${type.namespaced ? 'namespaces/default/' : ''}${type.plural}?dryRun=All&fieldValidation=Strict`;
    const { status } = await askApiServer(plane, { method: 'POST', path, body: { ...object, metadata } });
    return status === 400 || status === 422;
  }

  it.each(snippetExemptions.filter(({ upstream: what }) => what === 'its schema refuses it'))('refuse $file as well', async ({ file, kind }: SnippetExemption) => {
    const refused = await Promise.all(checked.filter((one) => one.file === file && one.object.kind === kind).map(({ object }) => upstreamRefuses(object)));

    expect(refused).toContain(true);
  });
});
