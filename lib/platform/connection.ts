/** What the browser tells of the line: https://wicg.github.io/netinfo/. TypeScript's DOM library leaves it out. */
interface NetworkInformation extends EventTarget {
  /** On devices that move from line to line. */
  readonly type?: string;
  /** https://wicg.github.io/savedata/: the person wants little data to be used. */
  readonly saveData?: boolean;
}

/** Undefined where the browser tells nothing. */
export const connection = (navigator as { connection?: NetworkInformation }).connection;

/** Whether the line is paid for by volume, as far as the browser tells. */
export function isMetered(): boolean {
  return connection?.type === 'cellular' || connection?.saveData === true;
}
