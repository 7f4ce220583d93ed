import { testsIn } from '../../upstream/behaviour.ts';
import type { Attack } from './attack.ts';

const canary = testsIn('test/e2e/canary.test.ts');
const chartCredentials = testsIn('src/gitops/render/helm/fetch/chart-credentials.test.ts');
const gather = testsIn('src/gitops/render/kustomize/gather.test.ts');
const gitFormats = testsIn('src/app/events/git/git-formats.test.ts');
const guardWrites = testsIn('src/gitops/project/guard-writes.test.ts');
const hostile = testsIn('src/gitops/render/hostile-sources.test.ts');
const leftOut = testsIn('src/gitops/render/left-out.test.ts');
const operations = testsIn('test/conformance/gitops/operations.test.ts');
const urls = testsIn('src/gitops/source/git-url.test.ts');

/** What was found in Argo CD. */
export const argoAttacks: readonly Attack[] = [
  {
    id: 'argo-cd/value-files-traversal',
    told: ['GHSA-63qx-x74g-jcr7'],
    tries: 'valueFiles name a file outside of the repository, or a URL',
    outcome: 'the plan is refused, with the field; nothing is read or fetched',
    tests: [testsIn('src/gitops/render/helm/helm-renderer.test.ts')('a file of values outside of the repository'), testsIn('src/api/application.test.ts')('refuses %j')],
  },
  {
    id: 'argo-cd/symlink-escape',
    told: ['GHSA-6gcg-hp2x-q54h', 'GHSA-q4w5-4gq2-98vm'],
    tries: 'a symbolic link in the repository leads to files of the controller or of others',
    outcome: 'no commit is ever checked out, links are never followed, and a link where a manifest should be refuses the plan',
    tests: [leftOut('refuses those that would be manifests, each by its name'), leftOut('refuses a folder that is a link, or in which nothing but links is left'), testsIn('src/gitops/source/resolver.test.ts')('reads nothing through a link, be it the file or a folder on the way'), testsIn('src/gitops/source/git-repository.test.ts')('leaves out links and submodules')],
  },
  {
    id: 'argo-cd/huge-manifests',
    told: ['GHSA-jhqp-vf4w-rpwq'],
    tries: 'a folder holds manifests without end',
    outcome: 'refused beyond 10 MiB together, 4 MiB a file, 100,000 files or 1 GiB of clone',
    tests: [hostile('is refused where its manifests are larger than they may be together'), testsIn('src/gitops/source/git-repository.test.ts')('gives up a repository that is larger than it may be, and leaves nothing of it on the disk'), testsIn('src/gitops/source/clone-size.test.ts')('a folder that grows beyond its bound ends what fills it, while it is being filled')],
  },
  {
    id: 'argo-cd/archive-bomb',
    told: ['GHSA-g687-f2gx-6wm8'],
    tries: 'a small archive of a chart unpacks to gigabytes',
    outcome: 'unpacking stops at its limits, in memory',
    tests: [testsIn('src/gitops/render/helm/load/load-archive.test.ts')('stops at its limits, and holds no bomb')],
  },
  {
    id: 'argo-cd/huge-index',
    told: ['GHSA-jhwx-mhww-rgc3'],
    tries: 'the index of a chart repository fills the memory',
    outcome: 'an answer is given up at 32 MiB, and only the entries of one chart are parsed',
    tests: [testsIn('src/gitops/render/helm/fetch/chart-indexes.test.ts')('is read no further than it may be large'), testsIn('src/lib/http-client.test.ts')('is one byte more than the limit'), testsIn('src/gitops/render/helm/fetch/index-section.test.ts')('are those of the chart alone, however large the rest')],
  },
  {
    id: 'argo-cd/endless-expression',
    told: ['GHSA-9m6p-x4h2-6frq'],
    tries: 'an expression in ignoreDifferences, or in a health check, never ends',
    outcome: 'jq is refused by name; health checks are CEL, which has no loops, and are stopped',
    tests: [testsIn('src/api/application.test.ts')('refuses %j'), testsIn('src/gitops/health/custom-rules.test.ts')('are stopped when they take too long')],
  },
  {
    id: 'argo-cd/credentials-of-others',
    told: ['GHSA-94mc-2ch7-r5r5', 'CVE-2026-41506'],
    tries: 'a chart repository is sent credentials that are for another one',
    outcome: 'a credential goes to the server of its URL and to no other, by an index or a redirect neither',
    tests: [chartCredentials('gives its credential to no other server, by its index or by a redirect'), chartCredentials('does not hand it to a token service that another server names'), testsIn('src/gitops/source/git-access.test.ts')('connects to the addresses that were looked at, and shows the credential to this server alone')],
  },
  { id: 'argo-cd/project-api', told: ['GHSA-786q-9hcg-v9ff'], tries: 'an API answers with the credentials of repositories', impossible: 'there is no API of ours that answers with objects: people and programs ask the API server, with their own rights' },
  {
    id: 'argo-cd/values-in-errors',
    told: ['CVE-2023-25163', 'CVE-2025-23216', '7e21b91e9d'],
    tries: 'a Secret that the API server refuses, as one with stringData that is no text, is quoted in a message',
    outcome: 'what the API server says of a Secret is told without a value, and of objects with values from Secrets nothing is told',
    tests: [testsIn('src/kube/remote/status-error.test.ts')('never brings a value along, in message or causes'), canary('is told by an Application whose address holds a password, or by manifests that are Secrets or no YAML'), canary('stands in any object but in a Secret or a fake store, nor in the audit log')],
  },
  {
    id: 'argo-cd/unmasked-diff',
    told: ['5b87aa8fdd', 'dcda17a40d', 'CVE-2026-42880', 'CVE-2026-45737'],
    tries: 'a diff shows values of Secrets, live ones or those that kubectl has copied into an annotation',
    outcome: 'one serializer masks both sides; the caller names no object, only an Application',
    tests: [operations('plan --diff tells what a sync would change, and no value of a Secret, whoever has put it where'), testsIn('src/gitops/plan/mask-difference.test.ts')('shows no value of a Secret, and says which are others')],
  },
  {
    id: 'argo-cd/last-applied',
    told: ['GHSA-fwr2-64vr-xv9m', 'CVE-2023-40029'],
    tries: 'the copy that a client-side apply leaves in an annotation is shown',
    outcome: 'everything is applied by the server, no copy is made, and those of others are hidden in logs and diffs',
    tests: [testsIn('test/conformance/gitops/example-shapes.test.ts')('a guestbook of plain manifests'), testsIn('src/lib/redact.test.ts')('hides the copy that kubectl keeps in an annotation'), operations('plan --diff tells what a sync would change, and no value of a Secret, whoever has put it where')],
  },
  { id: 'argo-cd/manifest-cache', told: ['GHSA-9766-5277-j5hr', 'CVE-2024-31989'], tries: 'a cache of rendered manifests is read, or written, by whoever reaches it', impossible: 'rendered manifests are kept in the memory of the process alone, and no port leads there' },
  {
    id: 'argo-cd/missing-project-check',
    told: ['GHSA-2f5v-8r3f-8pww', 'GHSA-2gvw-w6fj-7m3c'],
    tries: 'one kind of write is not put against the project',
    outcome: 'a project stands before the API client of the Application: no write goes around it',
    tests: [guardWrites('are put against it one by one, whatever they are'), guardWrites('cannot pass for one with a namespace by naming one'), guardWrites('are refused from the moment on in which the project changes')],
  },
  {
    id: 'argo-cd/foreign-application-namespace',
    told: ['GHSA-6p4m-hw2h-6gmw', 'CVE-2023-22736'],
    tries: 'an Application in a namespace that is not allowed is reconciled',
    outcome: 'only the named namespaces are watched, and the account has no right to the others',
    tests: [testsIn('test/conformance/gitops/example-shapes.test.ts')('an Application in any other namespace than those that are named is not looked at'), testsIn('test/conformance/chart.test.ts')('has no ClusterRole where namespaces are given, and no right outside of them')],
  },
  {
    id: 'argo-cd/inline-manifests',
    told: ['GHSA-g623-jcgg-mhmm'],
    tries: 'operation.sync.manifests applies what nobody has committed, also on a new Application',
    outcome: 'refused by name; nothing is written, and the field is removed',
    tests: [testsIn('test/contract/application-requests.contract.ts')('a dry run writes nothing and says what it would do; inline manifests are refused by name'), testsIn('test/contract/application-requests.contract.ts')('what asks for another source, for a revision that is none, or for one that is not to be had is refused, and nothing is written')],
  },
  {
    id: 'argo-cd/webhook-payloads',
    told: ['1988c704', '174fcfe0', 'fa0d6a8e', 'CVE-2025-59531', 'CVE-2025-59537', 'CVE-2025-59538', 'CVE-2024-40634'],
    tries: 'a webhook with an empty list, no JSON, no signature or a huge body ends the process',
    outcome: 'judged by its signature first, read by a schema, bounded at 256 KiB, and never more than a wish to look',
    tests: [gitFormats('is malformed when it says %s'), gitFormats('is refused without proof, with another secret, and with none of its headers'), gitFormats('are read or not, whatever is sent'), testsIn('src/server/events/receiver.test.ts')('says that a gigabyte is too much before it has come')],
  },
  { id: 'argo-cd/credential-race', told: ['701bc50d', 'CVE-2025-55191'], tries: 'two requests change one map of credentials at a time', impossible: 'one thread has them, and what is read of a Secret is never changed: another state of the Secret is another record' },
  {
    id: 'argo-cd/script-links',
    told: ['GHSA-jwv5-8mqv-g387', 'GHSA-h4w9-6x78-8vrj', 'a5b4041a', 'cb1c112c'],
    tries: 'a link with javascript: gets into what a UI shows, by an annotation, an Ingress or a repository',
    outcome: 'summary.externalURLs has addresses with http: or https: only, and a repository is https or ssh',
    tests: [testsIn('src/gitops/history/external-urls.test.ts')('are addresses of the web and nothing that a click would run or give away'), testsIn('test/conformance/gitops/example-shapes.test.ts')('a guestbook of plain manifests')],
  },
  {
    id: 'argo-cd/credential-helper',
    told: ['CVE-2018-21034', 'CVE-2020-5260'],
    tries: 'a line feed in a URL has Git ask for credentials of another host',
    outcome: 'control characters and credentials in a URL are refused, and Git has no helper',
    tests: [urls('https://git.example/a\nhost=evil'), urls('refuses %j before the host, and does not repeat it'), testsIn('src/api/application.test.ts')('refuses %j')],
  },
  {
    id: 'argo-cd/remote-bases',
    told: ['docs/operator-manual/security.md'],
    tries: 'a remote base or a dependency of a chart is fetched from where no repository is allowed',
    outcome: 'bases are of the same repository; dependencies are put against the project before they are asked for',
    tests: [gather('refuses %s, also where there is a folder of that name'), testsIn('src/gitops/render/helm/fetch/locked-dependencies.test.ts')('are not asked for where the project does not allow their repository')],
  },
  { id: 'argo-cd/webhook-callback', told: ['docs/operator-manual/webhook.md'], tries: 'a webhook makes the controller ask an address that it names', impossible: 'nothing of a payload is asked: it can only have repositories looked at that Applications follow already' },
  {
    id: 'argo-cd/redirects',
    told: ['util/git/client.go', 'util/oci/client.go', 'CVE-2026-41506'],
    tries: 'a server redirects, and the request goes elsewhere with its Authorization',
    outcome: 'Git follows no redirect; charts follow some, as anybody, and never from https to http',
    tests: [testsIn('test/conformance/git-https.test.ts')('is denied, absent or moved in so many words, and no redirect is followed'), testsIn('test/conformance/git-https.test.ts')('is asked with the credential that is for it, which no other server gets to see'), testsIn('src/lib/http-client.test.ts')('does not follow a redirect')],
  },
  {
    id: 'argo-cd/reachable-renderer',
    told: ['"GitOps infra is tier zero", 2026'],
    tries: 'what renders is reached from inside the cluster, or reaches out with the controller’s rights',
    outcome: 'charts are rendered in threads that have functions for texts and no others; no port leads to them, and a NetworkPolicy closes the rest',
    tests: [hostile('cannot have a chart ask the network, the environment or the disk: %s'), testsIn('test/conformance/chart.test.ts')('is accepted whole by the API server, every object of it')],
  },
];
