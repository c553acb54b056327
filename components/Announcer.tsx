import { useEffect, useRef, useState } from 'preact/hooks';
import { announcements, type DownloadView, type Phase } from '../lib/ui/view.ts';

/** Tells a screen reader, when it has a moment, of states that changed. Numbers that only run on stay unsaid. */
export function Announcer({ views }: { views: DownloadView[] }) {
  const before = useRef<ReadonlyMap<string, Phase>>(new Map());
  const [sentences, setSentences] = useState<string[]>([]);
  useEffect(() => {
    const news = announcements(before.current, views);
    before.current = new Map(views.map(({ key, phase }) => [key, phase]));
    if (news.length > 0) setSentences(news);
  }, [views]);
  return (
    <div role="status" class="visually-hidden">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
}
