import { describe, expect, it } from 'vitest';
import { choicesFor, objectOptions, readSyncOptions, syncOptionsAnnotation } from './sync-option.ts';

describe('sync options', () => {
  it('of an Application are all of Argo CD’s that can mean something, or say what is so anyway', () => {
    const all = ['CreateNamespace=true', 'ServerSideApply=true', 'PruneLast=false', 'ApplyOutOfSyncOnly=true', 'PrunePropagationPolicy=background', 'RespectIgnoreDifferences=true'];
    const more = ['Prune=confirm', 'Delete=false', 'Replace=false', 'Force=true', 'FailOnSharedResource=true', 'SkipDryRunOnMissingResource=true', 'Validate=false'];

    expect(readSyncOptions([...all, ...more], 'application')).toEqual({
      choices: { createNamespace: true, outOfSyncOnly: true, propagation: 'Background', respectIgnored: true, prune: 'confirm', delete: 'no', replace: false, force: true, mayBeMissing: true },
      problems: [],
    });
  });

  it.each<[string, 'application' | 'object', RegExp]>([
    ['ServerSideApply=false', 'application', /always applied by the API server/],
    ['Prune=never', 'application', /^Prune must be one of true, false, confirm$/],
    ['Prune=true=false', 'application', /^Prune must be one of/],
    ['Prune', 'application', /^Prune must be one of/],
    ['ClientSideApplyMigration=false', 'application', /^is not a sync option of this version/],
    ['constructor=true', 'application', /^is not a sync option/],
    ['Prune=constructor', 'object', /^Prune must be one of/],
    ['CreateNamespace=true', 'object', /^CreateNamespace is an option of Applications/],
  ])('refuse %s of an %s', (text, of, message) => {
    expect(readSyncOptions(['Prune=true', text], of)).toEqual({ choices: { prune: 'yes' }, problems: [{ index: 1, message: expect.stringMatching(message) }] });
  });

  it('of an object count before those of its Application', () => {
    const annotations = { [syncOptionsAnnotation]: ' Prune=true , Replace=false,' };

    expect(choicesFor(annotations, { prune: 'no', replace: true, force: true })).toEqual({ prune: 'yes', replace: false, force: true });
    expect(choicesFor(undefined, { prune: 'no' })).toEqual({ prune: 'no' });
    expect(objectOptions({}).problems).toEqual([]);
  });
});
