import { type Lifecycle, lifecycleMatrix } from '../../support/lifecycle-matrix.ts';
import { type Behaviour, testsIn } from './behaviour.ts';

const lifecycles = testsIn('test/contract/upstream-lifecycle.contract.ts');

const questions: Readonly<Record<keyof Lifecycle, string>> = {
  made: 'made where there is none',
  follows: 'follows the provider',
  overwritten: 'overwritten by an ExternalSecret that is made again',
  recreated: 'comes back when it was deleted',
  kept: 'kept when its ExternalSecret goes',
};

const keysOf = (lifecycle: Lifecycle): readonly (keyof Lifecycle)[] => Object.keys(lifecycle).filter((key): key is keyof Lifecycle => Object.hasOwn(questions, key));

/** External Secrets' behaviour matrix: what becomes of a Secret by creation policy and refresh policy. */
export const lifecycleBehaviours: readonly Behaviour[] = lifecycleMatrix.flatMap(({ name, lifecycle }) =>
  keysOf(lifecycle).map((question): Behaviour => ({
    id: `lifecycle/${name.replace(', ', '/')}/${question}`,
    says: `${name}: ${questions[question]}: ${lifecycle[question]}`,
    test: lifecycles('by every creation policy and every refresh policy: made, followed, kept, overwritten and brought back'),
  })),
);
