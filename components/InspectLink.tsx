import { t } from '../lib/ui/messages.ts';

/** A way to the requests and events of a site's downloads. */
export function InspectLink({ origin }: { origin: string }) {
  const url = `/inspector.html?${new URLSearchParams({ origin })}`;
  return (
    <a class="inspect" href={url} target="_blank" rel="noopener" aria-label={t('inspectOf', origin)}>
      {t('inspect')}
    </a>
  );
}
