/** Says how a value stands to its goal. A goal that is missed makes the run fail, once all of it has been measured. */
export function judge(what: string, met: boolean): string {
  if (!met) process.exitCode = 1;
  return `goal ${what}: ${met ? 'met' : 'MISSED'}`;
}
