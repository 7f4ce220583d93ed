/** Something that works through a queue, as the liveness probe sees it. */
export interface Progress {
  readonly name: string;
  /** For how many milliseconds there has been work and none of it came to an end; 0 while there is nothing to do. */
  readonly stuckFor: () => number;
}

/** Something that must have happened before the process is of use, as the readiness probe sees it. */
export interface Readiness {
  readonly name: string;
  readonly ready: () => boolean;
}

/** What a probe answers: a verdict, and a line for each thing that was looked at. */
export interface Verdict {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/**
 * Alive means that work comes to an end, not that a socket answers: a controller that has had work for longer than
 * `limit` milliseconds and finished none of it is stuck, and only a restart helps. A blocked event loop needs no line of
 * its own: nobody is there to answer the probe.
 */
export function judgeLiveness(sources: readonly Progress[], limit: number): Verdict {
  return judge(
    sources.map((source) => {
      const stuck = source.stuckFor();
      return { name: source.name, problem: stuck > limit ? `no progress for ${Math.round(stuck / 1000)} s` : undefined };
    }),
  );
}

/** Ready means that every cache holds its first list. */
export function judgeReadiness(sources: readonly Readiness[]): Verdict {
  return judge(sources.map((source) => ({ name: source.name, problem: source.ready() ? undefined : 'not yet' })));
}

function judge(checks: readonly { readonly name: string; readonly problem: string | undefined }[]): Verdict {
  return {
    ok: checks.every((check) => check.problem === undefined),
    lines: checks.map((check) => (check.problem === undefined ? `ok   ${check.name}` : `fail ${check.name}: ${check.problem}`)),
  };
}
