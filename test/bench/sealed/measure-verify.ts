import { freePorts } from '../../support/parts/free-ports.ts';
import { peerFlags, startOurs, startPeer } from './controllers.ts';
import { makeKeys, seal } from './fleet.ts';
import type { Stage } from './stage.ts';

export interface VerifyOptions {
  /** Questions of each kind. */
  readonly asked: number;
  /** Sealed Secrets' controller. */
  readonly program: string;
}

interface Question {
  /** What is right or wrong with it. */
  readonly name: string;
  readonly body: string;
  /** Whoever asks sees it at a glance, and learns nothing from being told. */
  readonly isPlain?: true;
}

interface Answers extends Pick<Question, 'name' | 'isPlain'> {
  readonly statuses: ReadonlySet<number>;
  /** Milliseconds, sorted. */
  readonly took: readonly number[];
}

/** Questions under way together: they wait on the grid, mostly. */
const together = 4;
const place = { namespace: 'team', name: 'asked' };
/** More than is asked. */
const rates = { ours: ['--seal-rate-limit', '10000', '--seal-rate-limit-burst', '10000'], theirs: ['--rate-limit=100000', '--rate-limit-burst=100000'] };

/**
 * How long an answer takes, by what is wrong. Of two causes it is told how well the better guess from the time alone tells them apart: 50 %
 * is a coin, 100 % a leak.
 */
export async function measureVerify(stage: Stage, { asked, program }: VerifyOptions): Promise<void> {
  const questions = await makeQuestions(stage);
  const [port = 0] = await freePorts(1);
  const ours = await startOurs(stage, ['--seal-listen', `127.0.0.1:${port}`, ...rates.ours], port);
  report('Prelude', await ask(ours.url, questions, asked), asked);
  await ours.stop();
  const theirs = await startPeer(stage, program, [...peerFlags.tuned, ...rates.theirs]);
  report('Sealed Secrets', await ask(theirs.url, questions, asked), asked);
  await theirs.stop();
}

async function makeQuestions({ keys }: Stage): Promise<readonly Question[]> {
  const [newest, oldest] = [keys[0], keys.at(-1)];
  const [unknown] = await makeKeys(1);
  if (newest === undefined || oldest === undefined || unknown === undefined) throw new Error('there must be one key at least');
  const good = seal('value', newest, place);
  return [
    { name: 'opens, newest key', body: document({ value: good }) },
    { name: `opens, oldest of ${keys.length} keys`, body: document({ value: seal('value', oldest, place) }) },
    { name: 'value was changed', body: document({ value: changed(good) }) },
    { name: 'sealed for another name', body: document({ value: seal('value', newest, { ...place, name: 'other' }) }) },
    { name: 'sealed for another namespace', body: document({ value: seal('value', newest, { ...place, namespace: 'other' }) }) },
    { name: 'sealed with an unknown key', body: document({ value: seal('value', unknown, place) }) },
    { name: 'not base64', body: document({ value: `*${good.slice(1)}` }), isPlain: true },
    { name: 'cut off', body: document({ value: good.slice(0, 400) }), isPlain: true },
    { name: 'not a SealedSecret', body: JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: place, spec: { encryptedData: { value: good } } }), isPlain: true },
    { name: 'not YAML', body: '{"a": ', isPlain: true },
  ];
}

function document(encryptedData: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: place, spec: { encryptedData, template: { metadata: place } } });
}

/** The last byte of the tag. */
function changed(value: string): string {
  const bytes = Buffer.from(value, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** Asks everything so many times, the questions mixed, so that what else the machine does meets all of them. */
async function ask(url: string, questions: readonly Question[], asked: number): Promise<readonly Answers[]> {
  const took = questions.map((): number[] => []);
  const statuses = questions.map(() => new Set<number>());
  const turns = Array.from({ length: asked }, () => [...questions.keys()]).flat().values();
  const work = async (): Promise<void> => {
    for (const index of turns) {
      const started = performance.now();
      const answer = await fetch(`${url}/v1/verify`, { method: 'POST', body: questions[index]?.body ?? '' }).catch(() => undefined);
      await answer?.arrayBuffer();
      took[index]?.push(performance.now() - started);
      statuses[index]?.add(answer?.status ?? 0);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  return questions.map((question, index) => ({ ...question, statuses: statuses[index] ?? new Set(), took: (took[index] ?? []).toSorted((a, b) => a - b) }));
}

function report(who: string, answers: readonly Answers[], asked: number): void {
  console.log(`/v1/verify of ${who}, ${asked} questions each, ${together} at a time:`);
  for (const { name, statuses, took } of answers) {
    const at = (share: number): string => (took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN).toFixed(1);
    console.log(`  ${name.padEnd(30)} ${[...statuses].join(',').padEnd(4)} p1 ${at(0.01)}, p50 ${at(0.5)}, p99 ${at(0.99)} ms`);
  }
  const failures = answers.slice(2);
  tellApart('what is wrong with a value that is well-formed', failures.filter(({ isPlain }) => isPlain === undefined));
  tellApart('what is wrong with a document at all', failures);
}

function tellApart(what: string, answers: readonly Answers[]): void {
  const pairs = answers.flatMap((one, index) => answers.slice(index + 1).map((other) => ({ names: [one.name, other.name], right: bestGuess(one.took, other.took) })));
  const [worst] = pairs.toSorted((a, b) => b.right - a.right);
  if (worst !== undefined) console.log(`  ${what} is told from the time alone at best in ${(worst.right * 100).toFixed(0)} % of cases (${worst.names.join(' / ')}; 50 % is a coin)`);
}

/** How often a guess is right that asks which side of one limit a time lies on: the largest distance of both distributions. */
function bestGuess(one: readonly number[], other: readonly number[]): number {
  const below = (times: readonly number[], limit: number): number => times.filter((time) => time <= limit).length / times.length;
  const distance = Math.max(0, ...[...one, ...other].map((limit) => Math.abs(below(one, limit) - below(other, limit))));
  return 0.5 + distance / 2;
}
