import { type Behaviour, contracts, testsIn } from './behaviour.ts';

const { fanOut } = contracts;
const clusterExternalSecrets = testsIn('test/contract/cluster-external-secret.contract.ts');

const ofEachKind = ['ExternalSecret', 'PushSecret'].flatMap((kind): readonly Behaviour[] => [
  { id: `cluster/${kind}/default-name`, says: `a Cluster${kind} names its children as itself`, test: fanOut('it makes its child in every namespace that a selector means, under its own name, with the spec as it was written') },
  { id: `cluster/${kind}/name-and-metadata`, says: `a Cluster${kind} gives its children the name and metadata it says`, test: fanOut('name and metadata of the children can be said') },
  { id: `cluster/${kind}/renamed`, says: `a Cluster${kind} with a new name deletes the old children`, test: fanOut('a new name deletes the children of the old one') },
  { id: `cluster/${kind}/updated`, says: `a Cluster${kind} hands changes on to its children`, test: fanOut('a changed spec, and changed metadata, go to the children; those that are right already are not written') },
  { id: `cluster/${kind}/not-its-own`, says: `a Cluster${kind} leaves an object that is not its own, and tells the namespace`, test: fanOut('an object of the name that is not its own is left alone, told with its namespace, and followed when it is gone') },
  { id: `cluster/${kind}/deleted-child`, says: `a Cluster${kind} makes a deleted child again`, test: fanOut('a child that is deleted is made again, and one that is edited is put right') },
  { id: `cluster/${kind}/unmatched`, says: `a Cluster${kind} deletes children of namespaces that match no more`, test: fanOut('children are made and deleted as namespaces come, go, and change their labels') },
  { id: `cluster/${kind}/expressions`, says: `a Cluster${kind} selects by expressions`, test: fanOut('selectors are alternatives, and may hold expressions') },
  { id: `cluster/${kind}/no-namespace`, says: `a Cluster${kind} that matches no namespace is Ready`, test: fanOut('it is ready where no namespace matches, and says so') },
  { id: `cluster/${kind}/selectors`, says: `a Cluster${kind} takes the namespaces of all its selectors`, test: fanOut('selectors are alternatives, and may hold expressions') },
]);

/** What External Secrets' own tests ask of objects that make others in many namespaces. */
export const clusterBehaviours: readonly Behaviour[] = [
  ...ofEachKind,
  { id: 'cluster/ExternalSecret/namespaces', says: 'namespaces are meant by name as well', test: clusterExternalSecrets('the deprecated fields count as well, and a namespace that is not there is told') },
  { id: 'cluster/ExternalSecret/force-sync', says: 'the wish for a sync is handed on to the children', test: fanOut('the wish for a sync is handed on to the children, and taken back with it') },
  { id: 'cluster/ExternalSecret/force-sync-pruned', says: 'and taken back', test: fanOut('the wish for a sync is handed on to the children, and taken back with it') },
  {
    id: 'cluster/ExternalSecret/finalizers',
    says: 'the object and each of its Namespaces get a finalizer',
    differs: 'neither gets one, and those that are there are taken off',
    because: 'the garbage collector deletes the children; a finalizer on a Namespace keeps it from going when the controller is gone',
    test: fanOut('neither it nor a Namespace gets a finalizer'),
  },
];
