import { useState } from 'preact/hooks';
import { connection } from '../lib/platform/connection.ts';
import { sendCommand } from '../lib/protocol/send.ts';
import type { Settings } from '../lib/store/schema.ts';
import { readSettings } from '../lib/store/settings.ts';
import { LIMITS } from '../lib/ui/backup.ts';
import { t } from '../lib/ui/messages.ts';
import { permissionNames } from '../lib/ui/permission-names.ts';
import { Backup } from './Backup.tsx';
import { ErrorMessage } from './ErrorMessage.tsx';
import { useLive } from './hooks.ts';
import { KeepRunning } from './KeepRunning.tsx';
import { Choice, NumberField, Switch } from './Setting.tsx';
import { Sites } from './Sites.tsx';

const MEGABYTE = 1e6;

interface Props {
  /** Whether this browser has Background Fetch itself. */
  native: boolean;
  /** Whether it can go on without a window. */
  background: boolean;
}

/** The extension's settings. */
export function Options({ native, background }: Props) {
  const { value: settings, error } = useLive(readSettings);
  const [message, setMessage] = useState('');
  const run = (command: Promise<unknown>, failure: string) => {
    command.then(
      () => setMessage(''),
      () => setMessage(failure),
    );
  };
  const configure = (change: Partial<Settings>) =>
    run(sendCommand('configure', change), t('configureFailed'));
  return (
    <main>
      <h1>{t('optionsTitle')}</h1>
      <ErrorMessage
        message={message || (error ? t('databaseFailed') : '')}
        onDismiss={() => setMessage('')}
      />
      {settings && (
        <>
          <section>
            <h2>{t('downloadsSection')}</h2>
            <div class="card">
              <Choice
                name="permission"
                label={t('permissionLabel')}
                hint={t('permissionHint')}
                value={settings.permission}
                options={permissionNames()}
                onChange={(permission) => configure({ permission })}
              />
              <NumberField
                name="connections"
                label={t('connectionsLabel')}
                hint={t('connectionsHint')}
                value={settings.connections}
                {...LIMITS.connections}
                step={1}
                onChange={(connections) => configure({ connections: connections ?? LIMITS.connections.min })}
              />
              <NumberField
                name="bandwidth"
                label={t('bandwidthLabel')}
                hint={t('bandwidthHint')}
                value={settings.bandwidth === 0 ? null : settings.bandwidth / MEGABYTE}
                optional
                min={0.1}
                step={0.1}
                onChange={(limit) => configure({ bandwidth: Math.round((limit ?? 0) * MEGABYTE) })}
              />
              {connection && (
                <Switch
                  name="waitWhileMetered"
                  label={t('meteredLabel')}
                  hint={t('meteredHint')}
                  checked={settings.waitWhileMetered}
                  onChange={(waitWhileMetered) => configure({ waitWhileMetered })}
                />
              )}
              <NumberField
                name="keepDays"
                label={t('keepDaysLabel')}
                hint={t('keepDaysHint')}
                value={settings.keepDays}
                {...LIMITS.keepDays}
                step={1}
                onChange={(keepDays) => configure({ keepDays: keepDays ?? LIMITS.keepDays.min })}
              />
              <Switch
                name="notify"
                label={t('notifyLabel')}
                hint={t('notifyHint')}
                checked={settings.notify}
                onChange={(notify) => configure({ notify })}
              />
            </div>
          </section>
          {(background || native) && (
            <section>
              <h2>{t('browserSection')}</h2>
              <div class="card">
                {background && <KeepRunning run={run} />}
                {native && (
                  <Switch
                    name="takeOver"
                    label={t('takeOverLabel')}
                    hint={t('takeOverHint')}
                    checked={settings.takeOver}
                    onChange={(takeOver) => configure({ takeOver })}
                  />
                )}
              </div>
            </section>
          )}
          <Sites run={run} />
          <Backup run={run} fail={setMessage} />
          <p>
            <a href="/welcome.html" target="_blank" rel="noopener">
              {t('about')}
            </a>
          </p>
        </>
      )}
    </main>
  );
}
