import { elideOrigin } from '../lib/ui/origin.ts';

/** An origin as the browser serialises it: never turned round, and never without its beginning and its end. */
export function Origin({ origin }: { origin: string }) {
  return (
    <bdi dir="ltr" class="origin" title={origin}>
      {elideOrigin(origin)}
    </bdi>
  );
}
