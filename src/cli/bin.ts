import { nodeVersionProblem } from './node-version.ts';

/**
 * The installed program. It looks at its Node.js before it loads anything that an older one could not even parse, so
 * this file and what it imports statically keep to syntax that every supported and many an unsupported Node.js reads.
 */
const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) {
  const { keepCompiled } = await import('./compile-cache.ts');
  keepCompiled(process.env, process.getuid?.());
  await import('./main.ts');
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
