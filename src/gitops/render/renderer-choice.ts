import type { Application } from '../../api/application.ts';

/** Who renders an Application's charts, in spite of what the process was told. */
export const rendererAnnotation = 'prelude.dev/renderer';

/** `builtin`: Prelude itself. `helm`: the program, from PATH. */
export const rendererNames = ['builtin', 'helm'] as const;
export type RendererName = (typeof rendererNames)[number];

/** The renderer that an Application asks for, or else that of the process. What is no name is refused where the Application is checked. */
export function chosenRenderer({ metadata }: Pick<Application, 'metadata'>, usual: RendererName): RendererName {
  return rendererNames.find((name) => name === metadata.annotations?.[rendererAnnotation]) ?? usual;
}
