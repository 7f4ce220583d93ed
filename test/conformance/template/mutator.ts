import { fromText } from '../../../src/template/value/byte-string.ts';
import type { TemplateCase } from '../../support/template/corpus.ts';
import type { Choices } from './choices.ts';

const texts = [
  '{{', '}}', '{{- ', ' -}}', '{{/*', '*/}}', '{{ end }}', '{{ else }}', '{{ else if true }}', '{{ break }}', '{{ if true }}', '{{ range .l }}',
  '{{ with . }}', '{{ define "x" }}', '{{ template "d0" }}', ' | ', '|', '(', ')', '.', '..', ',', ' := ', ' = ', ':', '$', '$x', '$v0', ' ',
  '\n', '\t', '"', '`', "'", '\\', '/*', '-', '+', '1', '1i', '0x', '1e', '1.5', '_', 'nil', ' nil ', ' true ', ' . ', ' $ ', '.s', '.m', '.x.y',
  'é', '\u00a0', '\u0000', '🎉', 'print', ' len ', ' index ', ' eq ', ' and ', ' upper ', ' "a" ', ' 1 ', '[', '{', '}', '&', '\r\n',
];
const pieces: readonly [string, ...string[]] = ['\xff', '\x80', ...texts.map(fromText)];

/** A case whose text is broken in one to four places, between any two bytes. */
export function mutate({ text, encoding, ...rest }: TemplateCase, choices: Choices): TemplateCase {
  let broken = encoding === 'latin1' ? text : fromText(text);
  for (let count = 1 + choices.below(4); count > 0; count -= 1) broken = mutateOnce(broken, choices);
  return { ...rest, text: broken, encoding: 'latin1' };
}

function mutateOnce(text: string, choices: Choices): string {
  const from = choices.below(text.length + 1);
  const to = Math.min(text.length, from + 1 + choices.below(choices.once(3) ? 30 : 4));
  switch (choices.below(7)) {
    case 0:
    case 1:
    case 2:
      return text.slice(0, from) + choices.pick(pieces) + text.slice(from);
    case 3:
      return text.slice(0, from) + text.slice(to);
    case 4:
      return text.slice(0, from) + choices.pick(pieces) + text.slice(to);
    case 5: {
      // what stands here comes again somewhere else
      const place = choices.below(text.length + 1);
      return text.slice(0, place) + text.slice(from, to) + text.slice(place);
    }
    default:
      return choices.once(2) ? text.slice(0, from) : text.slice(from);
  }
}
