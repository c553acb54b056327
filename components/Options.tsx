import { useState } from 'preact/hooks';
import { sendCommand } from '../lib/protocol/send.ts';
import type { Settings } from '../lib/store/schema.ts';
import { readSettings } from '../lib/store/settings.ts';
import { t } from '../lib/ui/messages.ts';
import { ErrorMessage } from './ErrorMessage.tsx';
import { useLive } from './hooks.ts';

/** The extension's settings. `native`: whether this browser has Background Fetch itself. */
export function Options({ native }: { native: boolean }) {
  const { value: settings, error } = useLive(readSettings);
  const [message, setMessage] = useState('');
  const configure = (change: Partial<Settings>) => {
    sendCommand('configure', change).then(
      () => setMessage(''),
      () => setMessage(t('configureFailed')),
    );
  };
  return (
    <main>
      <h1>{t('optionsTitle')}</h1>
      <ErrorMessage
        message={message || (error ? t('databaseFailed') : '')}
        onDismiss={() => setMessage('')}
      />
      {settings && (
        <>
          <Switch
            name="notify"
            label={t('notifyLabel')}
            hint={t('notifyHint')}
            checked={settings.notify}
            onChange={(notify) => configure({ notify })}
          />
          {native && (
            <Switch
              name="takeOver"
              label={t('takeOverLabel')}
              hint={t('takeOverHint')}
              checked={settings.takeOver}
              onChange={(takeOver) => configure({ takeOver })}
            />
          )}
        </>
      )}
    </main>
  );
}

interface SwitchProps {
  name: keyof Settings;
  label: string;
  hint: string;
  checked: boolean;
  onChange(checked: boolean): void;
}

function Switch({ name, label, hint, checked, onChange }: SwitchProps) {
  return (
    <div class="setting">
      <input
        type="checkbox"
        id={name}
        aria-describedby={`${name}-hint`}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={name}>{label}</label>
      <p id={`${name}-hint`} class="hint">
        {hint}
      </p>
    </div>
  );
}
