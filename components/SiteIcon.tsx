import { useState } from 'preact/hooks';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { pickIcon } from '../lib/ui/icon.ts';
import { Glyph } from './Glyph.tsx';

/** The icon that the site gave, as a mere picture; ours where there is none or it does not load. */
export function SiteIcon({ row }: { row: BackgroundFetchRow }) {
  const [broken, setBroken] = useState<string | null>(null);
  const source = pickIcon(row.icons, row.scope);
  return (
    <span class="site-icon">
      {source === null || source === broken ? (
        <Glyph name="download" />
      ) : (
        // Anonymous: the request must not carry what the person is to the site.
        <img
          src={source}
          alt=""
          crossOrigin="anonymous"
          referrerPolicy="no-referrer"
          decoding="async"
          draggable={false}
          onError={() => setBroken(source)}
        />
      )}
    </span>
  );
}
