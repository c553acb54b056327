/** An origin as the browser serialises it: never turned round, never cut. */
export function Origin({ origin }: { origin: string }) {
  return (
    <bdi dir="ltr" class="origin">
      {origin}
    </bdi>
  );
}
