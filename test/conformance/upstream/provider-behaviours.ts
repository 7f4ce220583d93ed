import { type Behaviour, testsIn } from './behaviour.ts';

const cases = testsIn('test/contract/upstream-provider-cases.contract.ts');
const clauses = testsIn('test/contract/provider.contract.ts');

/** What External Secrets' end-to-end suite asks of every provider. */
export const providerBehaviours: readonly Behaviour[] = [
  { id: 'provider/simple-data', says: 'two values become two keys of an Opaque Secret', test: cases('two values under two keys') },
  { id: 'provider/no-target-name', says: 'without a target name the Secret is named as the ExternalSecret', test: cases('values without a target name') },
  { id: 'provider/json-no-target-name', says: 'so it is for members of JSON', test: cases('members of JSON without a target name') },
  { id: 'provider/json-property', says: 'a property picks a member of JSON', test: cases('a member of JSON under a target name') },
  { id: 'provider/json-template', says: 'a template makes type, metadata and data, and the keys that were read are not in it', test: cases('members of JSON through a template with metadata and a type') },
  { id: 'provider/template-literal', says: 'a literal template makes keys and values', test: cases('a literal template that makes keys and values') },
  { id: 'provider/template-config-maps', says: 'ConfigMaps hold templates of values, and of keys and values', test: cases('templates in ConfigMaps, for a value and for keys and values') },
  { id: 'provider/extract', says: 'all members of an object become keys, numbers as text', test: cases('all members of an object') },
  { id: 'provider/extract-property', says: 'so do those of an object within it', test: cases('all members of an object within an object') },
  { id: 'provider/extract-rewrite', says: 'keys of an object are rewritten', test: cases('all members, with a prefix put before their keys') },
  { id: 'provider/nested-json', says: 'a path leads into nested JSON, through lists as well', test: cases('paths into nested JSON') },
  { id: 'provider/pull-secret', says: 'a Docker configuration becomes a pull secret', test: cases('a pull secret, whole') },
  { id: 'provider/pull-secret-property', says: 'so does one that is a member of JSON', test: cases('a pull secret, as a member') },
  { id: 'provider/ssh-key', says: 'an SSH key keeps its last line break', test: cases('an SSH key, whole, to its last line break') },
  { id: 'provider/ssh-key-property', says: 'so does one that is a member of JSON', test: cases('an SSH key, as a member, to its last line break') },
  { id: 'provider/deletion-delete', says: 'with deletionPolicy Delete the Secret goes with the values, which is no error', test: cases('deletionPolicy Delete: with the last value goes the Secret, and nothing is wrong') },
  { id: 'provider/decoding', says: 'values are decoded by each strategy, under data and dataFrom', test: cases('values decoded by each strategy') },
  { id: 'provider/find-name', says: 'values are found by a pattern of their names', test: cases('what is found by name') },
  { id: 'provider/find-name-rewrite', says: 'and their keys rewritten', test: cases('what is found by name, under other names') },
  { id: 'provider/find-name-path', says: 'and only below a path', test: cases('what is found by name below a path') },
  { id: 'provider/find-tags', says: 'values are found by their tags', test: clauses('finds values that have all tags of a query') },
  { id: 'provider/find-tags-path', says: 'and only below a path, which goes to the provider in the same query', test: testsIn('src/secret/read-values.test.ts')('a query goes with its pattern, and what it may not see is not found') },
  { id: 'provider/no-tags', says: 'a store of values that stand in it has no tags to find by', test: cases('tags are refused where values have none, by name') },
  { id: 'provider/no-self-sync', says: 'a sync leads to no other: the object stays as it is for the interval', test: cases('a sync leads to no other: with an interval of an hour nothing of the object changes') },
  { id: 'provider/version', says: 'a version selects among the versions of a value', test: cases('a value in the version that is asked for') },
  {
    id: 'provider/store-edited',
    says: 'a store that is edited is noticed with the next refresh',
    differs: 'it is noticed at once',
    because: 'stores are watched, so that nobody waits for an interval after a repair',
    test: cases('a value that is edited in the store is in the Secret at once'),
  },
];
