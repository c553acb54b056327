import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { formatDateTime, formatMoment } from '../lib/ui/format.ts';
import type { DownloadView } from '../lib/ui/view.ts';
import { ActionButton } from './ActionButton.tsx';
import { Facts } from './Facts.tsx';
import { Origin } from './Origin.tsx';
import { SiteIcon } from './SiteIcon.tsx';

interface Props {
  row: BackgroundFetchRow;
  view: DownloadView;
  now: number;
  open(row: BackgroundFetchRow): void;
  clear(row: BackgroundFetchRow): void;
}

/** A background fetch that is over: a line of history. */
export function FinishedDownload({ row, view, now, open, clear }: Props) {
  return (
    <li class="download" data-phase="done" data-failed={view.failed}>
      <SiteIcon row={row} />
      <h3 class="title" title={view.title}>
        <bdi>{view.title}</bdi>
      </h3>
      <div class="actions">
        {row.result === 'success' && (
          <ActionButton action="open" title={view.title} onPress={() => open(row)} />
        )}
        <ActionButton action="clear" title={view.title} onPress={() => clear(row)} />
      </div>
      <div class="details">
        <p>
          <Origin origin={row.origin} />
        </p>
        <Facts
          status={view.status}
          facts={[
            ...view.facts,
            <time key="time" dateTime={new Date(row.doneAt).toISOString()} title={formatDateTime(row.doneAt)}>
              {formatMoment(row.doneAt, now)}
            </time>,
          ]}
        />
      </div>
    </li>
  );
}
