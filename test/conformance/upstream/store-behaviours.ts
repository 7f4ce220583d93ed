import { type Behaviour, contracts, testsIn } from './behaviour.ts';

const { cases, controllers, stores, sources } = contracts;
const access = testsIn('src/secret/store-access.test.ts');
const identity = testsIn('src/provider/identity.test.ts');

const ofEachKind = ['SecretStore', 'ClusterSecretStore'].flatMap((kind): readonly Behaviour[] => [
  { id: `store/${kind}/invalid`, says: `a ${kind} whose provider refuses is InvalidProviderConfig`, test: stores('does not work') },
  { id: `store/${kind}/class`, says: `a ${kind} of another class is left alone`, test: stores('of another class is not judged') },
  { id: `store/${kind}/valid`, says: `a ${kind} that works is Ready`, test: stores('works') },
  { id: `store/${kind}/capabilities`, says: `a ${kind} that works says what can be done with it`, test: stores('whose provider $says gets a condition of it') },
  { id: `store/${kind}/unknown`, says: `a ${kind} of which nothing can be told is Ready with ValidationUnknown`, test: stores('cannot tell') },
  { id: `store/${kind}/held`, says: `a ${kind} gets a finalizer with a PushSecret that removes what it pushed`, test: stores('is held by a PushSecret that is to remove what it pushed, and let go with it') },
  { id: `store/${kind}/let-go`, says: `a ${kind} loses the finalizer with that PushSecret`, test: stores('is held by a PushSecret that is to remove what it pushed, and let go with it') },
  { id: `store/${kind}/not-deleted`, says: `a ${kind} with the finalizer is not deleted`, test: stores('that is held is not deleted before its PushSecret') },
  { id: `store/${kind}/deleted-together`, says: `a ${kind} and its PushSecret can be deleted together`, test: stores('that is held is not deleted before its PushSecret') },
  { id: `store/${kind}/held-by-others`, says: `a ${kind} keeps the finalizer while other PushSecrets need it`, test: stores('is held as long as one of its PushSecrets is left') },
  { id: `store/${kind}/policy-none`, says: `a ${kind} loses the finalizer where the policy becomes None`, test: stores('is let go by a PushSecret that is to leave what it pushed') },
]);

/** What External Secrets' own tests ask of stores, and of who may read from which. */
export const storeBehaviours: readonly Behaviour[] = [
  ...ofEachKind,
  { id: 'store/client/made', says: 'a client is made for the store of an ExternalSecret and kept for its other values', test: controllers('100 ExternalSecrets of 3 values each are read in 15 calls') },
  { id: 'store/client/several', says: 'the store of an entry goes before the store of all', test: sources('are read together, and one that is missing is awaited') },
  {
    id: 'store/client/cached',
    says: 'a client is kept within one sync while its store stays the same',
    differs: 'it is kept across syncs and shared by all that ask as the same',
    because: 'a login for each sync costs the provider calls that bring nothing',
    test: identity('shares one client among stores that ask as the same, and none among others'),
  },
  { id: 'store/client/changed', says: 'another store gets a client of its own', test: identity('keeps configurations apart that differ in anything') },
  {
    id: 'store/client/failed',
    says: 'a store whose client cannot be made is InvalidProviderConfig: unable to create client',
    differs: 'it is InvalidProviderConfig: unable to validate store, with the kind of failure and what the provider says',
    because: 'a client is made by validating; the detail in the condition saves the look at the events',
    test: cases('a store whose client cannot be had fails who reads from it'),
  },
  { id: 'store/access/pattern', says: 'a condition may be a pattern of namespaces', test: cases('a pattern that its name matches') },
  { id: 'store/access/patterns', says: 'or several', test: access('one part of one condition') },
  { id: 'store/access/none', says: 'and where nothing matches, nothing is read', test: access('a pattern, anchored') },
];
