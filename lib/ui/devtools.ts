import browser from 'webextension-polyfill';

/** Tells which origin is inspected, now and when that changes: of the page in DevTools, else the one in our URL. */
export function inspectedOrigin(onOrigin: (origin: string) => void): void {
  const { devtools } = browser;
  if (!devtools?.inspectedWindow) {
    onOrigin(new URLSearchParams(location.search).get('origin') ?? '');
    return;
  }
  const look = async () => {
    // Firefox gives the result and an error, Chromium the result alone.
    const answer: unknown = await devtools.inspectedWindow.eval('location.origin');
    onOrigin(String(Array.isArray(answer) ? answer[0] : answer));
  };
  // Just then Chromium evaluates nothing yet: the URL tells as well.
  devtools.network.onNavigated.addListener((url) => onOrigin(new URL(url).origin));
  look().catch((error: unknown) => console.error('Backfetch: the inspected page is not known.', error));
}

/** DevTools may be dark where the browser is light. */
export function followDevToolsTheme(): void {
  const theme = browser.devtools?.panels?.themeName;
  if (theme) document.documentElement.style.colorScheme = theme === 'dark' ? 'dark' : 'light';
}
