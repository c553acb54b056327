/** Characters that fit on a line of the popup. */
const LONGEST = 44;
/** Of these so many from the end: there stands who the site belongs to. */
const END = 30;

/**
 * An origin as short as a line. What is left out is the middle, so that neither its scheme nor the domain at its end
 * can be pushed out of sight. Hosts stay in ASCII, as the browser serialises them: letters that look like others can't
 * deceive.
 */
export function elideOrigin(origin: string): string {
  if (origin.length <= LONGEST) return origin;
  return `${origin.slice(0, LONGEST - END - 1)}…${origin.slice(-END)}`;
}
