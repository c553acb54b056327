import browser from 'webextension-polyfill';

/** Tells which origin is inspected, now and when that changes: of the page in DevTools, else the one in our URL. */
export function inspectedOrigin(onOrigin: (origin: string) => void): void {
  const { devtools } = browser;
  if (!devtools?.inspectedWindow) {
    onOrigin(new URLSearchParams(location.search).get('origin') ?? '');
    return;
  }
  const look = async () => {
    const [origin] = await devtools.inspectedWindow.eval('location.origin');
    onOrigin(String(origin));
  };
  devtools.network.onNavigated.addListener(() => void look());
  void look();
}

/** DevTools may be dark where the browser is light. */
export function followDevToolsTheme(): void {
  const theme = browser.devtools?.panels?.themeName;
  if (theme) document.documentElement.style.colorScheme = theme === 'dark' ? 'dark' : 'light';
}
