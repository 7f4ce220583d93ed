import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createBuiltinEngine } from '../../../src/gitops/render/helm/builtin-engine.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { parseYaml } from '../../../src/lib/yaml.ts';
import { YamlError } from '../../../src/lib/yaml-error.ts';
import { compareDocuments } from '../../support/render/compare-documents.ts';
import { type CorpusChart, readCorpus } from '../../support/render/corpus.ts';
import { HelmBatch, helmArguments, helmEnvironment, type HelmRelease, type PrintedDocument, printedDocuments, type ReleaseCase } from '../../support/render/helm-release.ts';
import { renderOurs } from '../../support/render/our-release.ts';

const root = dirname(dirname(dirname(import.meta.dirname)));
const signal = new AbortController().signal;

/** Templates whose output no two renders share, and the function by which it is so. What else these charts render is compared. */
const random: Readonly<Record<string, string>> = {
  'mariadb/templates/secrets.yaml': 'randAlphaNum',
  'mariadb/templates/test-runner.yaml': 'randAlphaNum',
};

const counts = { charts: 0, sets: 0, documents: 0, identical: 0, refusals: 0, excluded: 0, misses: 0 };

let work: string;
let helm: HelmBatch;
let corpus: readonly CorpusChart[];
const engine = createBuiltinEngine({ clock: systemClock });

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'prelude-corpus-'));
  helm = new HelmBatch(inject('parts').helmBatch);
  corpus = await readCorpus(inject('parts'), work);
});

afterAll(async () => {
  await helm[Symbol.asyncDispose]();
  rmSync(work, { recursive: true });
  const { charts, sets, documents, identical, refusals, excluded, misses } = counts;
  console.log(`${charts} charts, ${sets} value sets, ${documents} documents compared (${identical} byte for byte), ${refusals} refused by both, ${excluded} random and left out, ${misses} misses`);
});

function isRandom({ source }: { readonly source: string }): boolean {
  return Object.keys(random).some((path) => source.endsWith(path));
}

/** What differs, and nothing where helm and we agree. */
async function missesOf(one: ReleaseCase): Promise<readonly string[]> {
  const [theirs, ours] = await Promise.all([helm.render(one), renderOurs(engine, one, signal)]);
  counts.sets += 1;
  const misses = differences(theirs, ours);
  counts.misses += misses.length;
  return misses;
}

function differences(theirs: HelmRelease, ours: HelmRelease): readonly string[] {
  if (!theirs.ok && (!ours.ok || !isReadable(ours))) {
    counts.refusals += 1;
    return [];
  }
  if (!theirs.ok) return [`helm refuses it, and we do not: ${theirs.message}`];
  if (!ours.ok) return [`we refuse it, and helm does not: ${ours.message}`];
  const { compared, identical, misses } = compareDocuments(theirs.documents.filter((document) => !isRandom(document)), ours.documents.filter((document) => !isRandom(document)));
  counts.documents += compared;
  counts.identical += identical;
  counts.excluded += theirs.documents.filter(isRandom).length;
  return misses;
}

/** The engine reads no more than the heads of documents: whoever makes objects of them refuses what is no YAML. */
function isReadable({ documents }: { readonly documents: readonly PrintedDocument[] }): boolean {
  try {
    for (const { text } of documents) parseYaml(text);
    return true;
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}

/** Every value set of every chart that was found under this root. */
async function missesUnder(name: string): Promise<readonly string[]> {
  const charts = corpus.filter(({ chart }) => chart.name === name || chart.name.startsWith(`${name}/`));
  counts.charts += charts.length;
  const all: string[] = [];
  for (const { chart, sets } of charts) {
    for (const set of sets) {
      const misses = await missesOf({ chart: chart.path, values: set.text, release: 'release', namespace: 'testnet' });
      all.push(...misses.map((miss) => `${chart.name}, ${set.name}: ${miss}`));
    }
  }
  return all;
}

describe('the corpus of charts', () => {
  it('has more than a hundred charts, no two of them the same, and three value sets or more for each', () => {
    expect(corpus.length).toBeGreaterThan(250);
    expect(corpus.filter(({ sets }) => new Set(sets.map(({ text }) => text)).size < 3).map(({ chart }) => chart.name)).toEqual([]);
    expect(new Set(corpus.map(({ chart }) => chart.digest)).size).toBe(corpus.length);
  });

  it('is rendered by the very helm that is the program', async () => {
    const cases = corpus.filter(({ chart }) => chart.name === 'charts/testnet' || chart.name === 'test/charts/hooks');
    for (const [index, { chart, values }] of cases.flatMap(({ chart, sets }) => sets.map(({ text }) => ({ chart: chart.path, values: text }))).entries()) {
      const one = { chart, values, release: 'release', namespace: 'testnet' };
      const file = join(work, `values-${index}.yaml`);
      writeFileSync(file, values);
      const program = await promisify(execFile)(inject('parts').helm, helmArguments(one, () => file), { env: helmEnvironment(work), encoding: 'buffer' }).then(
        ({ stdout }): HelmRelease => ({ ok: true, documents: printedDocuments(stdout) }),
        (error: { readonly stderr: Buffer }): HelmRelease => ({ ok: false, message: error.stderr.toString('utf8') }),
      );
      const batch = await helm.render(one);

      expect(batch.ok).toBe(program.ok);
      if (batch.ok) expect(batch).toEqual(program);
      // which of several things wrong comes first is helm's chance
      else expect('message' in program && program.message).toContain(batch.message.split('\n')[0]);
    }
  });

  it.each(['charts', 'test/charts', 'external-secrets', 'sealed-secrets', 'kwok', 'kustomize', 'helm/testdata'])(
    'renders as helm does: %s',
    async (name) => {
      expect(await missesUnder(name)).toEqual([]);
    },
    600_000,
  );

  it.each([
    { kubeVersion: '1.24.3' },
    { kubeVersion: 'v1.33.4-gke.1245000', apiVersions: ['monitoring.coreos.com/v1', 'example.com/v1/Thing'] },
    { kubeVersion: '1.30' },
    { kubeVersion: '1.19.5', apiVersions: ['policy/v1beta1'] },
    { kubeVersion: 'not a version' },
    { apiVersions: ['monitoring.coreos.com/v1'] },
  ])('renders for a cluster as helm does: %o', async (cluster) => {
    const misses: string[] = [];
    for (const name of ['test/charts/capabilities', 'test/charts/kube-version', 'charts/prelude', 'sealed-secrets/sealed-secrets', 'external-secrets']) {
      const { chart, sets } = corpus.find(({ chart }) => chart.name === name) ?? expect.unreachable(`${name} is in the corpus`);
      for (const { text } of sets) misses.push(...(await missesOf({ chart: chart.path, values: text, release: 'other', namespace: 'default', ...cluster })));
    }

    expect(misses).toEqual([]);
  });

  it('is compared but for what is random', () => {
    expect(counts.documents).toBeGreaterThan(2000);
    expect(counts.excluded).toBeLessThan(counts.documents / 50);
  });
});

describe('the sample testnet chart', () => {
  it.each(['values-devnet.yaml', 'values-testnet-berlin.yaml', undefined])('passes helm lint: %s', async (values) => {
    const args = values === undefined ? [] : ['--values', join(root, 'test/chart-values/testnet', values)];

    const { stdout } = await promisify(execFile)(inject('parts').helm, ['lint', '--strict', join(root, 'charts/testnet'), ...args], { env: helmEnvironment(work) });

    expect(stdout).toContain('0 chart(s) failed');
  });
});
