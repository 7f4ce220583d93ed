import { version } from '../lib/version.ts';
import { nodeVersionProblem } from './node-version.ts';

/** The program `kubeseal`. It loads what it takes to do something only where something is to be done: a start is most of its time. */
const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  process.stdout.write(`kubeseal version: ${/^\d/.test(version) ? 'v' : ''}${version}\n`);
} else {
  const { runKubeseal } = await import('./kubeseal-main.ts');
  process.exitCode = await runKubeseal(process.argv.slice(2));
}
