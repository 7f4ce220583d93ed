/** How long ago something was, as kubectl has it: `5s`, `3m`, `7h`, `12d`. @param time RFC 3339 @param now milliseconds since the epoch */
export function ageText(time: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return '';
  return spanText(seconds);
}

/** A number of seconds in its largest unit, without fractions. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return `${whole}s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)}m`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)}h`;
  return `${Math.floor(whole / 86_400)}d`;
}
