import type { Problem } from '../plan.ts';
import { checkedTemplateBytes, isUncheckedTemplate, templateProblem } from './template-problem.ts';

/** Tells what is wrong with a template, whose name is that in messages; undefined where it parses. */
export type TemplateCheck = (name: string, text: string) => Pick<Problem, 'severity' | 'message'> | undefined;

/** Parses a text once, however many ask. It keeps all that it has seen: one is for one plan. */
export function createTemplateCheck(find: typeof templateProblem = templateProblem): TemplateCheck {
  const known = new Map<string, { readonly message: string | undefined }>();
  return (name, text) => {
    if (isUncheckedTemplate(text)) {
      const size = `${kibibytes(Buffer.byteLength(text))}, more than the ${kibibytes(checkedTemplateBytes)} that are parsed for a plan`;
      return { severity: 'warning', message: `is not checked, because it is ${size}; whether it can be parsed shows when it is rendered` };
    }
    // the length keeps names and texts apart
    const id = `${name.length} ${name}${text}`;
    const found = known.get(id) ?? { message: find(name, text) };
    known.set(id, found);
    return found.message === undefined ? undefined : { severity: 'error', message: found.message };
  };
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
