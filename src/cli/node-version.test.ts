import { describe, expect, it } from 'vitest';
import { nodeVersionProblem } from './node-version.ts';

describe('nodeVersionProblem', () => {
  it.each(['24.0.0', '24.21.0', '26.10.0', '100.0.0'])('has nothing against %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  });

  it.each(['20.20.2', '23.11.1', '8.0.0', '0.12.18', 'nonsense'])('says of %s what it is, what is needed and what to do', (version) => {
    const problem = nodeVersionProblem(version);

    expect(problem).toContain(version);
    expect(problem).toContain('needs Node.js 24');
    expect(problem).toContain('node_modules/.bin/node');
  });
});
