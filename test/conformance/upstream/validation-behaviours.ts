import { type Behaviour, testsIn } from './behaviour.ts';

const specs = testsIn('src/api/external-secret.test.ts');
const stores = testsIn('src/api/secret-store.test.ts');
const objects = testsIn('src/app/object-checks.test.ts');
const crds = testsIn('test/conformance/crds.test.ts');

/** What External Secrets' admission webhook refuses, and what its CRDs do. */
export const validationBehaviours: readonly Behaviour[] = [
  { id: 'validation/delete-without-owner', says: 'deletionPolicy Delete needs creationPolicy Owner or Orphan', test: specs('Delete must not be used with creationPolicy Merge') },
  { id: 'validation/merge-with-none', says: 'deletionPolicy Merge needs a Secret', test: specs('Merge must not be used with creationPolicy None') },
  { id: 'validation/nothing-to-read', says: 'there must be data or dataFrom', test: specs('nothing to read') },
  { id: 'validation/find-with-extract', says: 'find and extract exclude one another', test: specs('an entry that is two things') },
  { id: 'validation/generator-with-find', says: 'so do a generator and find', test: specs('a generator and find') },
  { id: 'validation/generator-with-extract', says: 'and a generator and extract', test: specs('a generator and extract') },
  { id: 'validation/empty-entry', says: 'an entry of dataFrom reads something', test: specs('an empty dataFrom entry') },
  { id: 'validation/empty-source', says: 'a source names something', test: specs('a store of an entry without a name') },
  { id: 'validation/several', says: 'all mistakes are told', test: testsIn('src/controllers/external-secret/decide.test.ts')('an ExternalSecret that does not parse names every path') },
  { id: 'validation/valid', says: 'what is right passes', test: objects('an ExternalSecret') },
  { id: 'validation/duplicate', says: 'a key stands once', test: specs('a key twice') },
  { id: 'validation/store/one-provider', says: 'a store has one provider', test: stores('two providers') },
  { id: 'validation/store/unknown-provider', says: 'one that is known', test: objects('a store of an unknown provider') },
  { id: 'validation/store/pattern', says: 'a condition has a pattern that is one', test: stores('a pattern that is none') },
  { id: 'validation/crds/kept', says: 'fields of all kinds are in the schema, and kept', test: crds("another's provider is kept as it is, a known one is validated") },
  { id: 'validation/crds/selectable', says: 'objects can be selected by some fields', test: crds('ExternalSecrets are selected by store, target and interval') },
  {
    id: 'validation/without-webhook',
    says: 'without the webhook what it would refuse is tried all the same',
    differs: 'the controller refuses it in a condition, by the path of the field',
    because: 'what is true of an object must not depend on a webhook that may be down or left out',
    test: testsIn('test/contract/bad-input.contract.ts')('policies that go ill together'),
  },
  {
    id: 'validation/unknown-field',
    says: 'a field that is not known is dropped in silence',
    differs: 'it is named',
    because: 'a misspelt field is a wish that nobody hears',
    test: specs('a misspelt field'),
  },
];
