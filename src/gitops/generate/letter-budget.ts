import type { RenderText } from './render-text.ts';

/** Counts letters that are made; throws once they are too many. */
export type SpendLetters = (letters: number) => void;

/** Letters that one ApplicationSet's parameters, or its rendered texts, may come to: some thousand large Applications. */
export const mostLetters = 32 << 20;

/** @param refuse what is thrown */
export function createLetterBudget(refuse: () => Error): SpendLetters {
  let spent = 0;
  return (letters) => {
    spent += letters;
    if (spent > mostLetters) throw refuse();
  };
}

/** Renders as another does, until all texts together are too long. */
export function withinBudget(render: RenderText): RenderText {
  const spend = createLetterBudget(() => new Error(`the templates of this ApplicationSet render more than ${mostLetters} letters in all`));
  return (text, parameters, field) => {
    const rendered = render(text, parameters, field);
    spend(rendered.length);
    return rendered;
  };
}
