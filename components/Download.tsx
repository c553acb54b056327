import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { t } from '../lib/ui/messages.ts';
import { isolate } from '../lib/ui/text.ts';
import type { DownloadView } from '../lib/ui/view.ts';
import { ActionButton } from './ActionButton.tsx';
import { Facts } from './Facts.tsx';
import { SiteIcon } from './SiteIcon.tsx';

/** What the person can do to a background fetch. */
export type Action = 'pause' | 'resume' | 'abort' | 'click';

interface Props {
  row: BackgroundFetchRow;
  view: DownloadView;
  act(action: Action, row: BackgroundFetchRow): void;
}

/** A background fetch that is not over yet. */
export function Download({ row, view, act }: Props) {
  const { title, phase, progress } = view;
  const titleId = `title-${row.key}`;
  return (
    <li class="download" data-phase={phase} data-failed={view.failed}>
      <SiteIcon row={row} />
      <h3 id={titleId} class="title" title={title}>
        <bdi>{title}</bdi>
      </h3>
      <Buttons row={row} view={view} act={act} />
      <div class="details">
        {progress && (
          <progress
            aria-labelledby={titleId}
            data-moving={progress.moving}
            {...(progress.fraction === null ? {} : { value: progress.fraction })}
          />
        )}
        <Facts status={view.status} facts={view.facts} />
        {phase === 'asking' && <Question row={row} title={title} act={act} />}
      </div>
    </li>
  );
}

function Buttons({ row, view: { title, phase }, act }: Props) {
  if (phase === 'asking') return null;
  const runs = row.state === 'active' || row.state === 'paused';
  const change = row.state === 'paused' ? 'resume' : 'pause';
  const unusable = change === 'pause' && !row.pausable ? t('notPausable') : undefined;
  return (
    <div class="actions">
      <ActionButton action="open" title={title} onPress={() => act('click', row)} />
      {runs && (
        <ActionButton action={change} title={title} unusable={unusable} onPress={() => act(change, row)} />
      )}
      {runs && <ActionButton action="abort" title={title} onPress={() => act('abort', row)} />}
    </div>
  );
}

/**
 * To accept unsets the paused flag, to refuse sets the abort all flag:
 * https://wicg.github.io/background-fetch/#background-fetch-display
 */
function Question({ row, title, act }: Omit<Props, 'view'> & { title: string }) {
  return (
    <div class="question">
      <button
        type="button"
        class="primary"
        aria-label={t('actionOn', t('allow'), isolate(title))}
        onClick={() => act('resume', row)}
      >
        {t('allow')}
      </button>
      <button
        type="button"
        aria-label={t('actionOn', t('refuse'), isolate(title))}
        onClick={() => act('abort', row)}
      >
        {t('refuse')}
      </button>
    </div>
  );
}
