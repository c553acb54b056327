/** What the pictures are of: the extension in Chromium, in a language, on sites with addresses as sites have them. */
import { site } from '../tests/site/site.ts';
import { type BrowserUnderTest, launch } from '../tests/support/browser.ts';
import { builtExtension } from '../tests/support/built-extension.ts';
import { makeAuthority } from '../tests/support/certificates.ts';
import { type Language, localised } from '../tests/support/localised.ts';
import { startServer } from '../tests/support/server.ts';

const HOSTS = ['slow-signals.example', 'films.example', 'maps.example', 'radio.example'] as const;
export type Host = (typeof HOSTS)[number];

const authority = await makeAuthority([...HOSTS]);
export const server = await startServer({ ...site, tls: authority.server });
const { port } = new URL(server.freshSecureOrigin());

/** Gives `act` a browser with the extension as people of that language see it. */
export async function onStage(
  language: Language,
  act: (browser: BrowserUnderTest) => Promise<void>,
): Promise<void> {
  const browser = await launch('chromium', {
    extension: localised(builtExtension('chromium'), language),
    authority,
    args: [`--host-resolver-rules=MAP *.example:443 127.0.0.1:${port}`, '--hide-scrollbars'],
  });
  try {
    await act(browser);
  } finally {
    await browser.close();
    server.reset();
  }
}
