import type { PlainFields } from '../../api/application-set-spec.ts';

/**
 * Renders one text with a set of parameters.
 * @param name of the field, for messages
 * @throws Error whose message says what is wrong with the template
 */
export type RenderText = (text: string, parameters: PlainFields, name: string) => string;
