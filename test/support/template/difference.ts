import type { TemplateCase } from './corpus.ts';
import type { Answer } from './oracle.ts';

/** How far two answers agree: `errors` says that both err in the same stage and place, `exact` that they agree to the last byte. */
export type Agreement = 'exact' | 'errors' | 'none';

/** How Go's answer to a case and ours agree. */
export function agreement(theirs: Answer, ours: Answer): Agreement {
  if ('output' in theirs || 'output' in ours) return 'output' in theirs && 'output' in ours && theirs.output === ours.output ? 'exact' : 'none';
  if (theirs.stage !== ours.stage || place(theirs.error) !== place(ours.error)) return 'none';
  return theirs.error === ours.error ? 'exact' : 'errors';
}

/** The name and position that begin each of Go's messages. */
function place(error: string): string | undefined {
  return /^template: [^:]*(:\d+)*:/.exec(error)?.[0];
}

/** A case and both answers, for people to read. */
export function describeDifference({ about, text, ...options }: TemplateCase, theirs: Answer, ours: Answer): string {
  const rest = Object.keys(options).length > 0 ? ` ${JSON.stringify(options)}` : '';
  return `${about}: ${JSON.stringify(text)}${rest}\n  Go:   ${show(theirs)}\n  ours: ${show(ours)}`;
}

function show(answer: Answer): string {
  const bytes = 'output' in answer ? answer.output : answer.error;
  const decoded = Buffer.from(bytes, 'latin1').toString('utf8');
  const readable = JSON.stringify(decoded.includes('\ufffd') ? bytes : decoded);
  return 'output' in answer ? readable : `${answer.stage}: ${readable}`;
}
