import { t } from '../lib/ui/messages.ts';

/** The keys that {@link useShortcuts} hears. */
export function Shortcuts() {
  const shortcuts = [
    [['↑', '↓'], t('shortcutMove')],
    [['Enter'], t('shortcutOpen')],
    [['Space'], t('shortcutToggle')],
    [['R'], t('tryAgain')],
    [['Delete'], t('shortcutRemove')],
    [['/'], t('search')],
  ] as const;
  return (
    <footer>
      <details>
        <summary>{t('shortcuts')}</summary>
        <dl class="shortcuts">
          {shortcuts.map(([keys, what]) => (
            <div key={what}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </details>
    </footer>
  );
}
