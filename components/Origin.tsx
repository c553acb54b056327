import { elideOrigin } from '../lib/ui/origin.ts';

/** An origin as the browser serialises it: never turned round, and never without its beginning and its end. */
export function Origin({ origin }: { origin: string }) {
  const [scheme, host] = elideOrigin(origin).split(/(?<=:\/\/)/, 2);
  return (
    <bdi dir="ltr" class="origin" title={origin}>
      <span class="scheme">{scheme}</span>
      {host}
    </bdi>
  );
}
