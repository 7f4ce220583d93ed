import { testsIn } from '../../upstream/behaviour.ts';
import type { Attack } from './attack.ts';

const gather = testsIn('src/gitops/render/kustomize/gather.test.ts');
const hostile = testsIn('src/gitops/render/hostile-sources.test.ts');

/** What was found in Flux, and in Helm where Flux is concerned. */
export const fluxAttacks: readonly Attack[] = [
  {
    id: 'flux/shell',
    told: ['CVE-2021-41254'],
    tries: 'data of a Secret gets into the command line of a shell',
    outcome: 'there is no shell: programs get lists of arguments',
    tests: [testsIn('src/lib/exec.test.ts')('hands arguments over as they are: no shell reads them'), testsIn('src/gitops/source/git-access.test.ts')('puts nothing into the command that a shell would read: %s')],
  },
  {
    id: 'flux/kubeconfig',
    told: ['CVE-2022-24817'],
    tries: 'a kubeconfig that a tenant brings runs a program',
    outcome: 'an Application is of the cluster that the controller runs in, and names no kubeconfig',
    tests: [testsIn('src/api/application.test.ts')('refuses %j')],
  },
  {
    id: 'flux/kustomization-traversal',
    told: ['CVE-2022-24877', 'CVE-2026-47680'],
    tries: 'a kustomization reads files of the controller',
    outcome: 'it gets a folder with files of its repository and nothing else, and a path out of it is refused before kustomize runs',
    tests: [gather('resources: [../../etc]'), gather('refuses %s, in place and in files: what a plugin is told to read is not looked at'), gather('refuses %s: kustomize reads fields whatever the case of their letters')],
  },
  { id: 'flux/recursive-kustomization', told: ['CVE-2022-24878'], tries: 'kustomizations lead to each other', outcome: 'each is read once, and there are at most 200', tests: [gather('comes to an end where kustomizations lead to each other')] },
  { id: 'flux/bad-interval', told: ['CVE-2022-39272'], tries: 'a duration that is none ends the controller for all', outcome: 'it is an InvalidSpecError of its own object', tests: [testsIn('src/api/application.test.ts')('refuses %j'), testsIn('test/contract/application-upkeep.contract.ts')('skip-reconcile is honoured, and an invalid Application is told what is wrong')] },
  {
    id: 'flux/token-claims',
    told: ['CVE-2026-40109'],
    tries: 'a token that anybody can have from the same issuer passes for that of the sender',
    outcome: 'issuer, audience and account are compared, besides the signature',
    tests: [testsIn('src/provider/verify-jwt.test.ts')('is refused where its claims were changed after it was signed'), testsIn('src/app/events/open-events.test.ts')('are let in by their own proofs alone')],
  },
  { id: 'flux/template-lookups', told: ['GHSA-pwcw-6f5g-gxf8', 'CVE-2023-25165'], tries: 'a template tells values to a name server', outcome: 'getHostByName answers nothing, as in Helm without lookups, and no other function reaches out', tests: [hostile('cannot have a chart ask the network, the environment or the disk: %s')] },
  {
    id: 'flux/values-in-logs',
    told: ['kustomize-controller#419', 'kustomize-controller#407', 'kustomize-controller#420'],
    tries: 'what the API server refuses gets into logs and messages, values and all',
    outcome: 'logs hide Secrets by their shape, and a refusal is not quoted of an object with values from Secrets',
    tests: [testsIn('src/gitops/apply/object/may-quote.test.ts')('is not quoted where it is refused as %s, in a %s, and is sent as one that may not be'), testsIn('src/app/notify/notifier.test.ts')('are given up where a service refuses them, and say nothing of what it answers'), testsIn('test/e2e/canary.test.ts')('stands in the output, the endpoints, the memory of the process that others may see, or in its files')],
  },
  { id: 'flux/helm-plugins', told: ['CVE-2026-35204', 'CVE-2026-35205', 'CVE-2026-35206'], tries: 'a plugin of Helm is installed or run', impossible: 'charts are rendered by an engine of our own; where the program is asked for, it gets a HOME that is empty, and only ever `template`' },
  {
    id: 'flux/defaults',
    told: ['best-practices.md', 'CVE-2026-23990'],
    tries: 'a hardening that is a flag is not set: remote bases, foreign namespaces, the controller’s own rights',
    outcome: 'it is no flag: bases are local, credentials are not passed on, and a project with accounts writes as one of them or not at all',
    tests: [gather('refuses %s, also where there is a folder of that name'), testsIn('src/gitops/project/project-rules.test.ts')('are the only ones: an Application for which there is none is refused'), testsIn('src/gitops/project/guard-writes.test.ts')('are sent as the account of the project, dry runs too')],
  },
];
