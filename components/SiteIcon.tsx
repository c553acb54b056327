import { liveQuery } from 'dexie';
import { useEffect, useState } from 'preact/hooks';
import { pickIcon } from '../lib/core/pick-icon.ts';
import { db } from '../lib/store/database.ts';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { Glyph } from './Glyph.tsx';

/** The icon that the site gave, as a mere picture; ours where there is none or it does not load. Nothing is requested for it. */
export function SiteIcon({ row }: { row: BackgroundFetchRow }) {
  const [broken, setBroken] = useState<string | null>(null);
  const picked = pickIcon(row.icons, row.scope);
  const stored = useStoredIcon(picked === null || picked.startsWith('data:') ? null : row.key);
  const source = picked?.startsWith('data:') ? picked : stored;
  return (
    <span class="site-icon">
      {source === null || source === broken ? (
        <Glyph name="download" />
      ) : (
        <img src={source} alt="" decoding="async" draggable={false} onError={() => setBroken(source)} />
      )}
    </span>
  );
}

/** A URL of the icon that is stored for this background fetch; null while there is none. */
function useStoredIcon(key: string | null): string | null {
  const [source, setSource] = useState<string | null>(null);
  useEffect(() => {
    if (key === null) return;
    let made: string | null = null;
    const show = (image: Blob | null | undefined) => {
      if (made !== null) URL.revokeObjectURL(made);
      made = image ? URL.createObjectURL(image) : null;
      setSource(made);
    };
    const subscription = liveQuery(() => db.icons.get(key)).subscribe({
      next: (icon) => show(icon?.image),
      error: (error: unknown) => console.error('Backfetch: an icon could not be read.', error),
    });
    return () => {
      subscription.unsubscribe();
      show(null);
    };
  }, [key]);
  return source;
}
