/** Firefox over WebDriver BiDi; what that can't do is done in the browser's own (chrome) scope. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { BrowserUnderTest, LaunchOptions } from './browser.ts';
import { type BrowserProcess, findExecutable, makeDirectory, startProcess } from './browser-process.ts';
import { POPUP_VIEWPORT } from './pages.ts';
import { removeDirectory } from './remove-directory.ts';
import { until } from './until.ts';
import { zipDirectory } from './zip.ts';

const EXECUTABLES = [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'];
const ENDPOINT = /^WebDriver BiDi listening on (ws:\S+)/;
const EXTENSION_ID = 'backfetch@backfetch.dev';
const UUID = '0b5c9d1e-5a0e-4c51-9a77-6d1f0c8e2b43';
/** Console messages come without their source; continued lines are indented. */
const OUR_MESSAGE = new RegExp(
  `^(?:JavaScript (?:error|warning): .*${UUID}|console\\.(?:error|warn): "?Backfetch)`,
);
const POLICY = `WebExtensionPolicy.getByID(${JSON.stringify(EXTENSION_ID)})`;

const ADDON_MANAGER =
  "const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');";

const PREFERENCES = {
  'xpinstall.signatures.required': false,
  'extensions.autoDisableScopes': 0,
  'extensions.enabledScopes': 15,
  'extensions.startupScanScopes': 15,
  'extensions.webextensions.uuids': JSON.stringify({ [EXTENSION_ID]: UUID }),
  'extensions.update.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'app.update.enabled': false,
  'app.normandy.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.contentblocking.report.lockwise.enabled': false,
  'browser.dom.window.dump.enabled': true,
  'browser.newtabpage.enabled': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'devtools.console.stdout.content': true,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.disable-localhost-when-offline': true,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'startup.homepage_welcome_url': '',
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
};

/** What puppeteer has inside and does not declare. */
interface BidiInside {
  connection: { send(method: string, parameters: object): Promise<{ result: unknown }> };
}

export async function launchFirefox(options: LaunchOptions): Promise<BrowserUnderTest> {
  const profile = options.profile ?? makeDirectory('firefox');
  const temporary = makeDirectory('firefox-temporary');
  const executable = findExecutable(EXECUTABLES);
  const log: string[] = [];
  writeProfile(profile, options);
  const args = [
    ...(options.headless === false ? [] : ['--headless']),
    '--no-remote',
    '--remote-debugging-port=0',
    '--remote-allow-system-access',
    '--profile',
    profile,
    ...(options.args ?? []),
    'about:blank',
  ];

  let running: BrowserProcess;
  let browser: Browser;

  async function start(): Promise<void> {
    let ours = false;
    running = await startProcess(executable, args, temporary, ENDPOINT, (line) => {
      ours = OUR_MESSAGE.test(line) || (ours && line.startsWith('  '));
      if (ours) log.push(line);
    });
    try {
      browser = await puppeteer.connect({
        browserWSEndpoint: `${running.endpoint}/session`,
        protocol: 'webDriverBiDi',
        defaultViewport: null,
        // The browser would keep the bodies that pages and we download for whoever asks to see them: in its memory.
        networkEnabled: false,
      });
      if (options.extension !== null) await until('the extension is installed', backgroundRuns);
      if (options.authority) {
        await chrome(`Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)
          .addCertFromBase64(${JSON.stringify(options.authority.certificate)}, 'CT,,')`);
      }
    } catch (error) {
      await running.kill();
      throw error;
    }
  }

  const send = (method: string, parameters: object) =>
    (browser as unknown as BidiInside).connection.send(method, parameters);

  /** Evaluates in the browser's own scope; awaits promises. */
  async function chrome(expression: string): Promise<unknown> {
    const tree = (await send('browsingContext.getTree', { 'moz:scope': 'chrome' })).result as {
      contexts: { context: string }[];
    };
    const evaluated = (
      await send('script.evaluate', {
        expression,
        target: { context: tree.contexts[0]?.context },
        awaitPromise: true,
      })
    ).result as { result?: { value?: unknown }; exceptionDetails?: { text: string } };
    if (evaluated.exceptionDetails) throw new Error(`${evaluated.exceptionDetails.text} in ${expression}`);
    return evaluated.result?.value;
  }

  function extensionUrl(path: string): string {
    if (options.extension === null) throw new Error('This browser was launched without the extension.');
    return `moz-extension://${UUID}/${path}`;
  }

  async function openExtensionPage(path: string): Promise<Page> {
    const page = await browser.newPage();
    const url = extensionUrl(path);
    // `page.goto` waits for ever for the load of an extension's page.
    const context = (page.mainFrame() as unknown as { _id: string })._id;
    await send('browsingContext.navigate', { context, url, wait: 'none' });
    await page.waitForFunction(
      (expected) => location.href === expected && document.readyState === 'complete',
      {},
      url,
    );
    return page;
  }

  /** Puppeteer takes the extension's pages for the empty ones that they were at first, and keeps closed ones. */
  async function closePages(): Promise<void> {
    if (!browser.connected) return;
    const { contexts } = (await send('browsingContext.getTree', { maxDepth: 0 })).result as {
      contexts: { context: string; url: string }[];
    };
    if (!contexts.some(({ url }) => url === 'about:blank')) await browser.newPage();
    for (const { context, url } of contexts)
      if (url !== 'about:blank') await send('browsingContext.close', { context });
  }

  const backgroundRuns = async () => (await chrome(`${POLICY}?.extension?.backgroundState`)) === 'running';

  async function endBackground(): Promise<void> {
    await chrome(
      `${POLICY}.extension.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true })`,
    );
  }

  await start();

  return {
    name: 'firefox',
    log,
    version: async () => (await browser.version()).replace(/^.*\//, ''),
    newPage: () => browser.newPage(),
    newPageOfOtherIdentity: async () => (await browser.createBrowserContext()).newPage(),
    pages: () => browser.pages(),
    closePages,
    extensionUrl,
    openExtensionPage,
    async openPopup() {
      const page = await openExtensionPage('popup.html');
      await page.setViewport(POPUP_VIEWPORT);
      return page;
    },
    endBackground,
    backgroundRuns,
    async updateExtension(directory) {
      const xpi = join(temporary, 'update.xpi');
      writeFileSync(xpi, zipDirectory(directory));
      await chrome(`(async () => {
        ${ADDON_MANAGER}
        const file = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile);
        file.initWithPath(${JSON.stringify(xpi)});
        await (await AddonManager.getInstallForFile(file)).install();
        return true;
      })()`);
      await until('the update runs', backgroundRuns);
    },
    async uninstallExtension() {
      await chrome(`(async () => {
        ${ADDON_MANAGER}
        await (await AddonManager.getAddonByID(${JSON.stringify(EXTENSION_ID)})).uninstall();
        return true;
      })()`);
    },
    endDownloader: endBackground,
    async endServiceWorkers(origin) {
      await chrome(`(() => {
        const manager = Cc['@mozilla.org/serviceworkers/manager;1'].getService(Ci.nsIServiceWorkerManager);
        const all = manager.getAllRegistrations();
        return Promise.all(Array.from({ length: all.length }, (_, index) => {
          const registration = all.queryElementAt(index, Ci.nsIServiceWorkerRegistrationInfo);
          if (registration.principal.originNoSuffix !== ${JSON.stringify(origin)}) return;
          return registration.activeWorker?.terminateWorker();
        })).then(() => true);
      })()`);
    },
    async setOffline(offline) {
      await chrome(`Services.io.offline = ${offline}`);
      // Connections that are kept alive would go on serving.
      if (offline) await chrome(`Services.obs.notifyObservers(null, 'net:prune-all-connections')`);
    },
    async setMetered() {
      throw new Error('Firefox tells of no metered line.');
    },
    async setColorScheme(scheme) {
      const pref = 'layout.css.prefers-color-scheme.content-override';
      await chrome(`Services.prefs.setIntPref('${pref}', ${scheme === 'dark' ? 0 : 1})`);
    },
    async setForcedColors(forced) {
      await chrome(`Services.prefs.setIntPref('browser.display.document_color_use', ${forced ? 2 : 0})`);
    },
    async grantWhatIsAsked() {
      await chrome("Services.prefs.setBoolPref('extensions.webextOptionalPermissionPrompts', false)");
    },
    async keepNotifications() {
      await chrome(`(() => {
        const kept = (window.keptNotifications = []);
        const service = {
          QueryInterface: ChromeUtils.generateQI(['nsIAlertsService']),
          showAlert(alert, listener) {
            kept.push({ alert, listener });
            listener?.observe(null, 'alertshow', alert.cookie);
          },
          closeAlert() {},
        };
        Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
          Services.uuid.generateUUID(), '', '@mozilla.org/alerts-service;1',
          { createInstance: (iid) => service.QueryInterface(iid) },
        );
        return true;
      })()`);
      return {
        titles: async () =>
          JSON.parse(
            String(await chrome('JSON.stringify(keptNotifications.map(({ alert }) => alert.title))')),
          ) as string[],
        async click(title) {
          await chrome(`(() => {
            const { alert, listener } = keptNotifications.find(({ alert }) => alert.title === ${JSON.stringify(title)});
            listener.observe(null, 'alertclickcallback', alert.cookie);
            return true;
          })()`);
        },
      };
    },
    async openDevToolsPanel(page, name) {
      await page.bringToFront();
      await chrome(`(async () => {
        const { require } = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs');
        const { gDevTools } = require('devtools/client/framework/devtools');
        window.toolbox = await gDevTools.showToolboxForTab(gBrowser.selectedTab, { toolId: 'webconsole' });
        return true;
      })()`);
      // The extension adds its panel in its own time.
      await until(`DevTools have ${name}`, () =>
        chrome(`(async () => {
          const tool = toolbox.getAdditionalTools().find(({ label }) => label === ${JSON.stringify(name)});
          if (tool) await toolbox.selectTool(tool.id);
          return tool !== undefined;
        })()`),
      );
      const panel = `[...toolbox.doc.querySelectorAll('iframe')]
        .map(({ contentDocument }) => contentDocument?.getElementById('webext-panels-browser'))
        .find((panel) => panel?.currentURI.spec.startsWith(${JSON.stringify(extensionUrl(''))}))`;
      await until('the panel is loaded', () => chrome(`(${panel}) !== undefined`));
      const script = `data:,${encodeURIComponent('sendAsyncMessage("text", content.document.body?.textContent ?? "")')}`;
      return async () =>
        String(
          await chrome(`new Promise((resolve) => {
            const { messageManager } = ${panel};
            const listener = ({ data }) => {
              messageManager.removeMessageListener('text', listener);
              resolve(data);
            };
            messageManager.addMessageListener('text', listener);
            messageManager.loadFrameScript(${JSON.stringify(script)}, false);
          })`),
        );
    },
    sleep: (meanwhile) => running.sleep(meanwhile),
    async kill() {
      await running.kill();
      await browser.disconnect();
    },
    async restart() {
      if (browser.connected) {
        await Promise.all([send('browser.close', {}), running.quit()]);
      }
      await start();
    },
    async close() {
      await running.kill();
      await browser.disconnect();
      if (options.profile === undefined) await removeDirectory(profile);
      await removeDirectory(temporary);
    },
    ended: () => running.exited,
    memory: () => running.memory(),
    cpu: () => running.cpu(),
    bytesWritten: () => running.bytesWritten(),
  };
}

/** Preferences, and the extension for good: a temporary one would be gone after a restart. */
function writeProfile(profile: string, options: LaunchOptions): void {
  mkdirSync(join(profile, 'extensions'), { recursive: true });
  const preferences = Object.entries({
    ...PREFERENCES,
    // Whatever is no literal address is this machine.
    ...(options.authority && { 'network.dns.native-is-localhost': true }),
    ...(options.storageLimit !== undefined && {
      'dom.quotaManager.temporaryStorage.fixedLimit': Math.floor(options.storageLimit / 1024),
    }),
    ...options.preferences,
  });
  writeFileSync(
    join(profile, 'user.js'),
    preferences
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(''),
  );
  if (options.extension !== null) {
    writeFileSync(join(profile, 'extensions', `${EXTENSION_ID}.xpi`), zipDirectory(options.extension));
  }
}
