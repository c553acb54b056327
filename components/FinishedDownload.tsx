import { canTryAgain } from '../lib/core/try-again.ts';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { formatDateTime, formatMoment } from '../lib/ui/format.ts';
import type { DownloadView } from '../lib/ui/view.ts';
import { ActionButton } from './ActionButton.tsx';
import type { Act } from './Download.tsx';
import { Facts } from './Facts.tsx';
import { InspectLink } from './InspectLink.tsx';
import { Origin } from './Origin.tsx';
import { SiteIcon } from './SiteIcon.tsx';

interface Props {
  row: BackgroundFetchRow;
  view: DownloadView;
  now: number;
  act: Act;
}

/** A background fetch that is over: a line of history. */
export function FinishedDownload({ row, view, now, act }: Props) {
  const { title, advice } = view;
  return (
    <>
      <SiteIcon row={row} />
      <h3 id={`title-${row.key}`} class="title" title={title}>
        <bdi>{title}</bdi>
      </h3>
      <div class="actions">
        {row.result === 'success' && (
          <ActionButton action="open" title={title} onPress={() => act('click', row)} />
        )}
        {canTryAgain(row) && (
          <ActionButton action="tryAgain" title={title} onPress={() => act('tryAgain', row)} />
        )}
        <ActionButton action="clear" title={title} onPress={() => act('clear', row)} />
      </div>
      <div class="details">
        <p class="source">
          <Origin origin={row.origin} />
          <InspectLink origin={row.origin} />
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
        {advice !== '' && canTryAgain(row) && <p class="advice">{advice}</p>}
      </div>
    </>
  );
}
