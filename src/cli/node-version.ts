/** The oldest Node.js that runs this program: type stripping, zstd and `await using` are all there. */
const oldest = 24;

/**
 * What is wrong with the Node.js that runs us, and what to do about it; undefined where it will do.
 * @param version as in `process.versions.node`
 */
export function nodeVersionProblem(version: string): string | undefined {
  const major = Number(version.split('.')[0]);
  if (major >= oldest) return undefined;
  return [
    `prelude needs Node.js ${oldest} or newer, and this is ${version}.`,
    `Install Node.js ${oldest} (https://nodejs.org/en/download), or, in a checkout, use the one that "npm ci" brings:`,
    '  node_modules/.bin/node dist/prelude.js',
  ].join('\n');
}
