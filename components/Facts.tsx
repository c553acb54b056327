import type { ComponentChildren } from 'preact';

/** What a download is doing and the numbers to it on one line; no number is torn apart where the line breaks. */
export function Facts({ status, facts }: { status: string; facts: ComponentChildren[] }) {
  return (
    <p class="facts">
      <bdi class="status">{status}</bdi>
      {facts.map((fact) => (
        <>
          {' · '}
          <bdi class="fact">{fact}</bdi>
        </>
      ))}
    </p>
  );
}
