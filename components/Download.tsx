import { useState } from 'preact/hooks';
import { canTryAgain } from '../lib/core/try-again.ts';
import type { BackgroundFetchRow } from '../lib/store/schema.ts';
import { formatBytes } from '../lib/ui/format.ts';
import { t } from '../lib/ui/messages.ts';
import { isolate } from '../lib/ui/text.ts';
import type { DownloadView } from '../lib/ui/view.ts';
import { ActionButton } from './ActionButton.tsx';
import { Facts } from './Facts.tsx';
import { Question } from './Question.tsx';
import { SiteIcon } from './SiteIcon.tsx';

/** What the person can do to a background fetch. */
export type Action =
  | 'pause'
  | 'resume'
  | 'abort'
  | 'click'
  | 'tryNow'
  | 'tryAgain'
  | 'drop'
  | 'clear'
  | 'alwaysAllow'
  | 'neverAllow';

export type Act = (action: Action, row: BackgroundFetchRow) => void;

/** To abort one of which so many bytes are here is asked about first. */
const LARGE = 50e6;

interface Props {
  row: BackgroundFetchRow;
  view: DownloadView;
  act: Act;
}

/** A background fetch that is not over yet. */
export function Download({ row, view, act }: Props) {
  const { title, phase, progress } = view;
  const [asked, setAsked] = useState<'abort' | 'drop' | null>(null);
  const titleId = `title-${row.key}`;
  return (
    <>
      <SiteIcon row={row} />
      <h3 id={titleId} class="title" title={title}>
        <bdi>{title}</bdi>
      </h3>
      <Buttons row={row} view={view} act={act} ask={setAsked} />
      <div class="details">
        {progress && (
          <progress
            aria-labelledby={titleId}
            data-moving={progress.moving}
            {...(progress.fraction === null ? {} : { value: progress.fraction })}
          />
        )}
        <Facts status={view.status} facts={view.remark === '' ? [] : [view.remark]} />
        {view.facts.length > 0 && <Facts facts={view.facts} />}
        {view.advice !== '' && <p class="advice">{view.advice}</p>}
        {phase === 'asking' && <Permission row={row} title={title} act={act} />}
        {asked && (
          <Question
            text={asked === 'abort' ? t('abortQuestion', formatBytes(row.downloaded)) : t('dropQuestion')}
            yes={t(asked)}
            no={t('keep')}
            onAnswer={(yes) => {
              setAsked(null);
              if (yes) act(asked, row);
            }}
          />
        )}
      </div>
    </>
  );
}

function Buttons({ row, view: { title, phase }, act, ask }: Props & { ask(action: 'abort' | 'drop'): void }) {
  if (phase === 'asking') return null;
  const runs = row.state === 'active' || row.state === 'paused';
  const change = row.state === 'paused' ? 'resume' : 'pause';
  const unusable = change === 'pause' && !row.pausable ? t('notPausable') : undefined;
  return (
    <div class="actions">
      {canTryAgain(row) && (
        <ActionButton action="tryAgain" title={title} onPress={() => act('tryAgain', row)} />
      )}
      {(phase === 'tryingAgain' || phase === 'waitingForSite') && (
        <ActionButton action="tryNow" title={title} onPress={() => act('tryNow', row)} />
      )}
      <ActionButton action="open" title={title} onPress={() => act('click', row)} />
      {runs && (
        <ActionButton action={change} title={title} unusable={unusable} onPress={() => act(change, row)} />
      )}
      {runs && (
        <ActionButton
          action="abort"
          title={title}
          onPress={() => (row.downloaded >= LARGE ? ask('abort') : act('abort', row))}
        />
      )}
      {row.state === 'settled' && <ActionButton action="drop" title={title} onPress={() => ask('drop')} />}
    </div>
  );
}

/**
 * To accept unsets the paused flag, to refuse sets the abort all flag:
 * https://wicg.github.io/background-fetch/#background-fetch-display
 */
function Permission({ row, title, act }: Omit<Props, 'view'> & { title: string }) {
  const answers = [
    ['resume', 'allow'],
    ['abort', 'refuse'],
    ['alwaysAllow', 'alwaysAllow'],
    ['neverAllow', 'neverAllow'],
  ] as const;
  return (
    <div class="question">
      {answers.map(([action, label]) => (
        <button
          key={label}
          type="button"
          class={label === 'allow' ? 'primary' : ''}
          data-answer={label}
          aria-label={t('actionOn', t(label), isolate(title))}
          onClick={() => act(action, row)}
        >
          {t(label)}
        </button>
      ))}
    </div>
  );
}
