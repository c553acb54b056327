import type { ComponentChild } from 'preact';

interface Props {
  /** What a download is doing. */
  status?: string;
  facts: ComponentChild[];
}

/**
 * A status and the facts to it on one line; no fact is torn apart where the line breaks. The dot between two belongs to
 * the latter, and is clipped where that begins a line.
 */
export function Facts({ status, facts }: Props) {
  return (
    <p class="facts">
      <span>
        {status !== undefined && (
          <span>
            <span class="dot" />
            <bdi class="status">{status}</bdi>
          </span>
        )}
        {facts.map((fact, index) => (
          <span class="fact">
            <span class="dot">{(index > 0 || status !== undefined) && ' · '}</span>
            <bdi>{fact}</bdi>
          </span>
        ))}
      </span>
    </p>
  );
}
