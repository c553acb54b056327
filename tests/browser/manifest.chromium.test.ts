/** Chromium takes the manifest as it is: nothing unknown, nothing wrong. For Firefox its linter says so (tests/packages). */
import { expect, test } from 'vitest';
import { builtExtension } from '../support/built-extension.ts';
import { until } from '../support/until.ts';
import { browserName, useBrowser } from '../support/use-browser.ts';

interface ExtensionInfo {
  id: string;
  name: string;
  state: string;
  errorCollection: { isActive: boolean };
  manifestErrors: { message: string }[];
}

/** What chrome://extensions itself is made with. */
interface DeveloperPrivate {
  getExtensionsInfo(): Promise<ExtensionInfo[]>;
  updateExtensionConfiguration(change: { extensionId: string; errorCollection: boolean }): Promise<void>;
  reload(id: string): Promise<void>;
}

// Only of unpacked extensions, in developer mode, does it collect errors.
const { browser } = await useBrowser({
  extension: null,
  args: [`--load-extension=${builtExtension(browserName)}`],
  preferences: { 'extensions.ui.developer_mode': true },
});

test('the browser finds nothing wrong with the manifest', async () => {
  const page = await browser.newPage();
  await page.goto('chrome://extensions');
  const info = () =>
    page.evaluate(async () => {
      const { developerPrivate } = chrome as unknown as { developerPrivate: DeveloperPrivate };
      return (await developerPrivate.getExtensionsInfo()).find(({ name }) => name === 'Backfetch');
    });
  const { id } = await until('the extension is installed', info);
  await page.evaluate(async (extensionId) => {
    const { developerPrivate } = chrome as unknown as { developerPrivate: DeveloperPrivate };
    await developerPrivate.updateExtensionConfiguration({ extensionId, errorCollection: true });
    await developerPrivate.reload(extensionId);
  }, id);
  const reloaded = await until('it is loaded again', async () => {
    const now = await info();
    return now?.state === 'ENABLED' && now.errorCollection.isActive ? now : null;
  });
  expect(reloaded.manifestErrors.map(({ message }) => message)).toEqual([]);
});
