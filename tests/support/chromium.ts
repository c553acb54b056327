/** Chromium over the DevTools protocol. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser, type CDPSession, type Page, type Target } from 'puppeteer-core';
import type { BrowserUnderTest, LaunchOptions } from './browser.ts';
import { type BrowserProcess, findExecutable, makeDirectory, startProcess } from './browser-process.ts';
import { copyExtension } from './copy-extension.ts';
import { packCrx } from './crx.ts';
import { closePages, POPUP_VIEWPORT } from './pages.ts';
import { removeDirectory } from './remove-directory.ts';
import { until } from './until.ts';
import { startUpdateServer } from './update-server.ts';

const EXECUTABLES = [
  process.env.CHROMIUM,
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
];
const ENDPOINT = /^DevTools listening on (ws:\S+)/;
/** A console message on standard error, which may take several lines. */
const CONSOLE_BEGIN = /:CONSOLE(?::\d+)?\] "(.*)$/;
const CONSOLE_END = /^(.*)", source: ([\w-]*)/s;

const ARGUMENTS = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--enable-logging=stderr',
  '--mute-audio',
  '--password-store=basic',
  '--remote-debugging-port=0',
  '--use-mock-keychain',
];

const PREFERENCES = {
  // A second native background fetch without a gesture would ask the person.
  'profile.default_content_setting_values.automatic_downloads': 1,
  'profile.exit_type': 'Normal',
};

export async function launchChromium(options: LaunchOptions): Promise<BrowserUnderTest> {
  const profile = options.profile ?? makeDirectory('chromium');
  const temporary = makeDirectory('chromium-temporary');
  const executable = findExecutable(EXECUTABLES);
  const log: string[] = [];
  const updates = options.updatable ? await startUpdateServer() : null;
  const extensionId = options.extension === null ? null : install(options.extension, profile, updates?.url);
  writePreferences(profile, { ...PREFERENCES, ...options.preferences });
  const args = [
    ...ARGUMENTS,
    ...(options.headless === false ? [] : ['--headless=new']),
    // It also keeps extensions from being updated.
    ...(updates ? [] : ['--disable-background-networking']),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...(options.nativeBackgroundFetch ? [] : ['--disable-blink-features=BackgroundFetch']),
    `--user-data-dir=${profile}`,
    ...(options.authority
      ? [
          `--ignore-certificate-errors-spki-list=${options.authority.keyHash}`,
          '--host-resolver-rules=MAP *.example 127.0.0.1',
        ]
      : []),
    ...(options.args ?? []),
    'about:blank',
  ];

  let running: BrowserProcess;
  let browser: Browser;
  let session: CDPSession;
  const offlineSessions = new Map<Target, CDPSession>();

  async function start(): Promise<void> {
    let message = '';
    running = await startProcess(executable, args, temporary, ENDPOINT, (line) => {
      const begun = CONSOLE_BEGIN.exec(line)?.[1];
      if (begun === undefined && message === '') return;
      message = begun ?? `${message}\n${line}`;
      const source = CONSOLE_END.exec(message);
      if (!source) return;
      if (source[2] === 'chrome-extension') log.push(source[1] ?? '');
      message = '';
    });
    try {
      browser = await puppeteer.connect({
        browserWSEndpoint: running.endpoint,
        defaultViewport: null,
        networkEnabled: false,
        // What a debugger is attached to never goes idle, and a worker that is started again waits for it.
        targetFilter: (target) => target.type() !== 'service_worker',
      });
      session = await browser.target().createCDPSession();
      if (extensionId !== null) await until('the extension is installed', backgroundRuns);
    } catch (error) {
      await running.kill();
      throw error;
    }
    offlineSessions.clear();
  }

  async function serviceWorkers(origin: string): Promise<string[]> {
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'service_worker' }] });
    return targetInfos.filter(({ url }) => new URL(url).origin === origin).map(({ targetId }) => targetId);
  }

  async function endTargets(ids: () => Promise<string[]>): Promise<void> {
    const ending = await ids();
    for (const targetId of ending) await session.send('Target.closeTarget', { targetId });
    await until('the workers have ended', async () => {
      const left = await ids();
      return !ending.some((id) => left.includes(id));
    });
  }

  async function offscreenDocuments(): Promise<string[]> {
    const { targetInfos } = await session.send('Target.getTargets', {
      filter: [{ type: 'background_page' }],
    });
    return targetInfos.filter(({ url }) => url.startsWith(extensionUrl(''))).map(({ targetId }) => targetId);
  }

  function extensionUrl(path: string): string {
    if (extensionId === null) throw new Error('This browser was launched without the extension.');
    return `chrome-extension://${extensionId}/${path}`;
  }

  let colorScheme = 'light';
  let forcedColors = false;

  async function openExtensionPage(path: string): Promise<Page> {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: colorScheme }]);
    if (forcedColors) {
      // Puppeteer has no name for it.
      const emulating = await page.createCDPSession();
      const features = [{ name: 'forced-colors', value: 'active' }];
      await emulating.send('Emulation.setEmulatedMedia', { features });
    }
    await page.goto(extensionUrl(path));
    if (options.storageLimit !== undefined) {
      const origin = extensionUrl('').slice(0, -1);
      const limiting = await page.createCDPSession();
      await limiting.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: options.storageLimit });
    }
    return page;
  }

  /** Its background registers the scripts for pages a moment after it is installed. */
  async function pagesAreSetUp(): Promise<boolean> {
    const page = await openExtensionPage('manifest.json');
    try {
      return await page.evaluate(
        async () => (await chrome.scripting.getRegisteredContentScripts()).length > 0,
      );
    } finally {
      await page.close();
    }
  }

  const backgroundRuns = async () => (await serviceWorkers(new URL(extensionUrl('')).origin)).length > 0;

  await start();
  if (extensionId !== null && !options.nativeBackgroundFetch)
    await until('pages get its scripts', pagesAreSetUp);

  return {
    name: 'chromium',
    log,
    version: async () => (await browser.version()).replace(/^.*\//, ''),
    newPage: () => browser.newPage(),
    newPageOfOtherIdentity: async () => (await browser.createBrowserContext()).newPage(),
    pages: () => browser.pages(),
    closePages: () => closePages(browser),
    extensionUrl,
    openExtensionPage,
    async openPopup() {
      const page = await openExtensionPage('popup.html');
      await page.setViewport(POPUP_VIEWPORT);
      return page;
    },
    endBackground: () => endTargets(() => serviceWorkers(new URL(extensionUrl('')).origin)),
    backgroundRuns,
    endDownloader: () => endTargets(offscreenDocuments),
    async updateExtension(directory) {
      if (!updates) throw new Error('This browser was not launched as updatable.');
      const version = versionOf(directory);
      updates.offer(packCrx(directory, keyIn(profile)), version);
      const page = await openExtensionPage('manifest.json');
      await page.evaluate(async () => {
        const available = new Promise((resolve) => chrome.runtime.onUpdateAvailable.addListener(resolve));
        const { status } = await chrome.runtime.requestUpdateCheck();
        if (status !== 'update_available') throw new Error(`The browser finds no update: ${status}.`);
        await available;
      });
      // By itself the browser updates when the extension is idle, or at its next start.
      await Promise.all([
        new Promise((resolve) => page.once('close', resolve)),
        page.evaluate(() => setTimeout(() => chrome.runtime.reload())),
      ]);
      await until('the update runs', backgroundRuns);
    },
    async uninstallExtension() {
      const page = await openExtensionPage('manifest.json');
      await Promise.all([
        new Promise((resolve) => page.once('close', resolve)),
        page.evaluate(() => setTimeout(() => chrome.management.uninstallSelf())),
      ]);
    },
    endServiceWorkers: (origin) => endTargets(() => serviceWorkers(origin)),
    async setOffline(offline) {
      for (const target of browser.targets()) {
        if (!['page', 'background_page'].includes(target.type())) continue;
        const targetSession = offlineSessions.get(target) ?? (await target.createCDPSession());
        offlineSessions.set(target, targetSession);
        await targetSession.send('Network.emulateNetworkConditions', {
          offline,
          latency: 0,
          downloadThroughput: -1,
          uploadThroughput: -1,
        });
      }
    },
    async setMetered(metered) {
      for (const target of browser.targets()) {
        if (!['page', 'background_page'].includes(target.type())) continue;
        const targetSession = offlineSessions.get(target) ?? (await target.createCDPSession());
        offlineSessions.set(target, targetSession);
        await targetSession.send('Emulation.setDataSaverOverride', { dataSaverEnabled: metered });
      }
    },
    async setColorScheme(scheme) {
      colorScheme = scheme;
    },
    async setForcedColors(forced) {
      forcedColors = forced;
    },
    async grantWhatIsAsked() {
      throw new Error('Chromium lets nobody agree but the person.');
    },
    async keepNotifications() {
      throw new Error('Chromium lets nobody click a notification but the person.');
    },
    async openDevToolsPanel(page, name) {
      const { targetInfo } = await (await page.createCDPSession()).send('Target.getTargetInfo');
      await session.send('Target.openDevTools', { targetId: targetInfo.targetId });
      const target = await until('DevTools are open', () =>
        browser.targets().find((each) => each.url().startsWith('devtools://')),
      );
      const devTools = await target.asPage();
      const view = `${extensionUrl('').slice(0, -1)}${name.replaceAll(' ', '')}`;
      // DevTools are up when they have loaded the extension's page; that adds its panel in its own time.
      await until('DevTools are up', () =>
        devTools.frames().some((frame) => frame.url() === extensionUrl('devtools.html')),
      );
      // Not for a compiler: the module is one of DevTools' own.
      await until(`DevTools have ${name}`, () =>
        devTools.evaluate(`(async () => {
          const UI = await import('./ui/legacy/legacy.js');
          const ids = UI.InspectorView.InspectorView.instance().tabbedPane.tabIds();
          if (!ids.includes(${JSON.stringify(view)})) return false;
          await UI.ViewManager.ViewManager.instance().showView(${JSON.stringify(view)});
          return true;
        })()`),
      );
      const panel = await until('the panel is loaded', () =>
        devTools.frames().find((frame) => frame.url() === extensionUrl('inspector.html')),
      );
      return () => panel.evaluate(() => document.body.textContent ?? '');
    },
    sleep: (meanwhile) => running.sleep(meanwhile),
    async kill() {
      await running.kill();
      await browser.disconnect();
    },
    async restart() {
      if (browser.connected) {
        await session.send('Browser.close');
        await running.quit();
      }
      await start();
      if (extensionId !== null && !options.nativeBackgroundFetch)
        await until('pages get its scripts', pagesAreSetUp);
    },
    async close() {
      await running.kill();
      await browser.disconnect();
      updates?.close();
      if (options.profile === undefined) await removeDirectory(profile);
      await removeDirectory(temporary);
    },
    ended: () => running.exited,
    memory: () => running.memory(),
    cpu: () => running.cpu(),
    bytesWritten: () => running.bytesWritten(),
  };
}

/**
 * Installs the extension for good, as a distribution's package would: one from `--load-extension` never gets
 * `runtime.onStartup` and loses its alarms. The key lies in the profile, so that the id stays.
 * @param updateUrl where the browser asks for updates of it
 * @returns the extension's id
 */
function install(directory: string, profile: string, updateUrl?: string): string {
  const external = join(profile, 'External Extensions');
  mkdirSync(external, { recursive: true });
  const installed = updateUrl ? copyExtension(directory, { update_url: updateUrl }) : directory;
  const { id, content } = packCrx(installed, keyIn(profile));
  const crx = join(profile, 'extension.crx');
  writeFileSync(crx, content);
  writeFileSync(
    join(external, `${id}.json`),
    JSON.stringify({ external_crx: crx, external_version: versionOf(directory) }),
  );
  return id;
}

/** The private key that the extension in `profile` is packed with; made when it is not there. */
function keyIn(profile: string): string {
  const file = join(profile, 'extension.pem');
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return readFileSync(file, 'utf8');
}

function versionOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function writePreferences(profile: string, preferences: Record<string, string | number | boolean>): void {
  const file = join(profile, 'Default', 'Preferences');
  if (existsSync(file)) return;
  interface Tree {
    [name: string]: Tree | string | number | boolean;
  }
  const tree: Tree = {};
  for (const [dotted, value] of Object.entries(preferences)) {
    const names = dotted.split('.');
    const last = names.pop() as string;
    let node = tree;
    for (const name of names) {
      node[name] ??= {};
      node = node[name] as Tree;
    }
    node[last] = value;
  }
  mkdirSync(join(profile, 'Default'), { recursive: true });
  writeFileSync(file, JSON.stringify(tree));
}
