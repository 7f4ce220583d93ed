import type { Random } from '../../../src/lib/random.ts';
import { pick, whole } from './pick.ts';
import type { Edit } from './scenario.ts';

/** Edits are at one of so many requests. */
const last = 80;

/** What is done in a run. Whoever goes back to an older commit does it before the last one, which ends that. */
export function editsOf(random: Random, { revisions, turns }: { readonly revisions: number; readonly turns: boolean }): readonly Edit[] {
  const edit = (what: Edit['what'], at = 1 + whole(random, last)): Edit => ({ what, at, pick: random() });
  const commits = Array.from({ length: revisions - 1 }, () => edit('commit')).toSorted((a, b) => a.at - b.at);
  const byHand = Array.from({ length: whole(random, 4) }, () => edit(pick(random, ['editExternal', 'deleteSecret', 'scale'])));
  const [second, third] = commits;
  const goesBack = (['rollback', 'takeBack'] as const).filter(() => random() < 0.6);
  const back = second === undefined || third === undefined ? [] : goesBack.map((what) => edit(what, Math.floor((second.at + third.at) / 2)));
  // some of them once the revision is in, which needs no new commit to be brought in anew
  const turned = turns ? Array.from({ length: 1 + whole(random, 3) }, () => edit('turn', 1 + whole(random, 3 * last))) : [];
  const asked = Array.from({ length: random() < 0.5 ? 0 : 1 + whole(random, 3) }, () => edit(pick(random, ['syncPart', 'syncAll', 'terminate'])));
  // what somebody has stopped is not begun again until somebody asks
  const askedAgain = asked.some(({ what }) => what === 'terminate') ? [edit('syncAll', last + 1)] : [];
  // of two at one request, who goes back is between the commits
  return [...commits.slice(0, 1), ...back, ...commits.slice(1), ...byHand, ...turned, ...asked, ...askedAgain];
}
