import type { PlainFields } from '../../api/application-set-spec.ts';
import type { RenderText } from './render-text.ts';

/**
 * Replaces `{{name}}` by the parameter of that name; one that is no parameter, or no text, stays as it stands. (Argo CD's templates without
 * goTemplate; fasttemplate, with blanks around names.)
 */
export function createFastTemplates(): RenderText {
  return (text, parameters) => {
    // as upstream, only what opens and closes within a line makes a text a template
    return hasTagInLine(text) ? replaceTags(text, parameters) : text;
  };
}

/** What no object could hold is not rendered to its end. */
const longest = 4 << 20;

/** Not by a RegExp: where much opens and nothing closes, that takes time with the square of the length. */
function hasTagInLine(text: string): boolean {
  for (let at = 0; ; ) {
    const open = text.indexOf('{{', at);
    const close = open < 0 ? -1 : text.indexOf('}}', open + 2);
    if (close < 0) return false;
    const line = text.lastIndexOf('\n', close) + 1;
    if (line <= open) return true;
    at = line;
  }
}

function replaceTags(text: string, parameters: PlainFields): string {
  let rendered = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open < 0) return rendered + text.slice(at);
    const close = text.indexOf('}}', open + 2);
    if (close < 0) throw new Error('"{{" is not closed by "}}"');
    const tag = text.slice(open + 2, close);
    const name = tag.trim();
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    rendered += text.slice(at, open) + (name !== '' && typeof value === 'string' ? value : `{{${tag}}}`);
    if (rendered.length > longest) throw new Error(`renders more than ${longest} letters`);
    at = close + 2;
  }
}
