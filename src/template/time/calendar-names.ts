/** English, as Go's layouts have them. */
export const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** From Sunday. */
export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The three letters of each. */
export function shortNames(names: readonly string[]): readonly string[] {
  return names.map((name) => name.slice(0, 3));
}
