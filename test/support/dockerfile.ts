/** One instruction, its continued lines joined and comments inside it taken out. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** `--name=value` in front of the arguments. */
  readonly flags: ReadonlyMap<string, string>;
  /** What follows the flags, as it stands. */
  readonly text: string;
  readonly line: number;
}

export interface Stage {
  readonly name: string | undefined;
  /** With the global ARGs put in. */
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/**
 * Reads a Dockerfile as BuildKit's reference has it, but for heredocs and escape directives, which it refuses.
 * @throws Error with the line for what it does not understand
 */
export function parseDockerfile(text: string): readonly Stage[] {
  const instructions = logicalLines(text).map(parseInstruction);
  const globals = new Map<string, string>();
  const stages: { readonly name: string | undefined; readonly image: string; readonly instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const current = stages.at(-1);
    if (instruction.keyword === 'FROM') {
      const match = /^(\S+)(?:\s+as\s+(\S+))?$/i.exec(substitute(instruction.text, globals));
      if (match === null) throw new Error(`line ${instruction.line}: FROM takes an image and a name`);
      stages.push({ name: match[2], image: match[1] ?? '', instructions: [] });
    } else if (current !== undefined) {
      current.instructions.push(instruction);
    } else if (instruction.keyword === 'ARG') {
      const [name = '', ...value] = instruction.text.split('=');
      globals.set(name, value.join('='));
    } else {
      throw new Error(`line ${instruction.line}: ${instruction.keyword} stands before the first FROM`);
    }
  }
  return stages;
}

/** The arguments of an instruction in exec form; undefined for the shell form. */
export function execForm(instruction: Instruction): readonly string[] | undefined {
  if (!instruction.text.startsWith('[')) return undefined;
  const parsed: unknown = JSON.parse(instruction.text);
  return Array.isArray(parsed) && parsed.every((item) => typeof item === 'string') ? parsed : undefined;
}

/** The last instruction of a kind, which is the one that counts. */
export function lastOf(stage: Stage, keyword: string): Instruction | undefined {
  return stage.instructions.findLast((instruction) => instruction.keyword === keyword);
}

export interface Copy {
  /** The stage it takes from; undefined for the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** What a COPY copies. */
export function copyOf(instruction: Instruction): Copy {
  const words = execForm(instruction) ?? instruction.text.split(/\s+/);
  return { from: instruction.flags.get('from'), sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

function logicalLines(text: string): readonly LogicalLine[] {
  const found: LogicalLine[] = [];
  let open: { text: string; readonly line: number } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    // a comment may stand between continued lines, and does not end them
    if (/^\s*#/.test(raw)) {
      if (/^#\s*escape\s*=/i.test(raw)) throw new Error(`line ${index + 1}: another escape character is not understood`);
      continue;
    }
    if (open === undefined && raw.trim() === '') continue;
    const continued = /\\\s*$/.test(raw);
    const part = raw.replace(/\\\s*$/, '').trim();
    open = open === undefined ? { text: part, line: index + 1 } : { text: `${open.text} ${part}`, line: open.line };
    if (continued) continue;
    found.push(open);
    open = undefined;
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the last instruction does not end`);
  return found;
}

const keywords: ReadonlySet<string> = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

function parseInstruction({ text, line }: LogicalLine): Instruction {
  const match = /^([A-Za-z]+)\s+((?:--[a-z]+(?:=\S+)?\s+)*)(.+)$/.exec(text);
  const keyword = match?.[1]?.toUpperCase() ?? '';
  if (match === null || !keywords.has(keyword)) throw new Error(`line ${line}: not an instruction`);
  if (/<<-?["']?[A-Za-z]/.test(text)) throw new Error(`line ${line}: heredocs are not understood`);
  const flags = (match[2] ?? '').split(/\s+/).filter((flag) => flag !== '');
  return {
    keyword,
    flags: new Map(flags.map((flag) => [flag.slice(2).split('=', 1)[0] ?? '', flag.includes('=') ? flag.slice(flag.indexOf('=') + 1) : ''])),
    text: match[3] ?? '',
    line,
  };
}

function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => values.get(braced ?? bare ?? '') ?? whole);
}
