import { t } from '../lib/ui/messages.ts';
import { GrantButton, useSiteAccess } from './SiteAccess.tsx';

/** A site that shows what web apps can do, Background Fetch among it. */
const DEMO = 'https://whatpwacando.today/background-fetch';

/** What the extension does and may access, told once when it is installed. */
export function Welcome() {
  const granted = useSiteAccess();
  return (
    <main class="card">
      <img src="/icon/128.png" alt="" width="64" height="64" />
      <h1>{t('welcomeTitle')}</h1>
      <p>{t('welcomeWhat')}</p>
      <p>{t('welcomeShow')}</p>
      <h2>{t('welcomeAccess')}</h2>
      <ul class="access">
        <li>{t('welcomeAccessSites')}</li>
        <li>{t('welcomeAccessStorage')}</li>
        <li>{t('welcomeAccessNotifications')}</li>
      </ul>
      <p>{t('welcomeAccessNobody')}</p>
      <div role="status">
        {granted === true && <p class="hint">{t('welcomeGranted')}</p>}
        {granted === false && <p>{t('welcomeGrantHint')}</p>}
      </div>
      <p class="actions">
        {granted === false && <GrantButton />}
        <a
          class={granted === true ? 'button primary' : 'button'}
          href={DEMO}
          target="_blank"
          rel="noopener noreferrer"
        >
          {t('welcomeTry')}
        </a>
        <a class="button" href="/options.html" target="_blank" rel="noopener">
          {t('settings')}
        </a>
      </p>
    </main>
  );
}
