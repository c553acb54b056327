import type { Plugin } from 'vite';
import { defineConfig } from 'wxt';
import { HOST_FRAME_PARAMETER } from './lib/protocol/host-frame.ts';
import { collectNotices } from './scripts/notices.ts';

const EVERY_SITE = ['http://*/*', 'https://*/*'];

/**
 * Names the page script in stack traces, which are the site's to read: its URL would tell the extension's UUID, by which
 * a person can be known again.
 */
const NAMELESS: Plugin = {
  name: 'nameless-page-script',
  generateBundle(_, bundle) {
    const page = bundle['page.js'];
    if (page?.type === 'chunk') page.code += '\n//# sourceURL=background-fetch\n';
  },
};

/** Frames that get the API: also about:blank, srcdoc and blob: children of a site. */
const EVERY_FRAME = {
  run_at: 'document_start' as const,
  all_frames: true,
  match_about_blank: true,
  match_origin_as_fallback: true,
};

const notices = collectNotices();

export default defineConfig({
  manifestVersion: 3,
  // Explicit imports: a reader finds where a name comes from.
  imports: false,
  outDirTemplate: '{{browser}}-mv{{manifestVersion}}',
  vite: () => ({
    build: { target: 'es2024' },
    plugins: [notices.plugin(), NAMELESS],
  }),
  hooks: {
    'build:done': (wxt) => notices.write(wxt.config.outDir),
  },
  zip: {
    // What a build takes, and what tells a reviewer how.
    includeSources: [
      '{components,entrypoints,lib,public}/**',
      'scripts/notices.ts',
      '{wxt.config,tsconfig,package,package-lock}.{ts,json}',
      '{LICENSE,README.md,CONTRIBUTING.md}',
      'docs/store/review-notes.md',
    ],
  },
  manifest: ({ browser }) => {
    const firefox = browser === 'firefox';
    return {
      name: '__MSG_extensionName__',
      description: '__MSG_extensionDescription__',
      default_locale: 'en',
      permissions: [
        'alarms',
        'declarativeNetRequestWithHostAccess',
        'notifications',
        'scripting',
        'unlimitedStorage',
        ...(firefox
          ? [
              'webRequest',
              'webRequestBlocking',
              'webRequestFilterResponse',
              'webRequestFilterResponse.serviceWorkerScript',
            ]
          : ['offscreen']),
      ],
      ...(firefox ? {} : { optional_permissions: ['background'] }),
      // Without the latter no rule applies to WebSockets of what runs under our document (lib/platform/chromium.ts).
      host_permissions: firefox ? EVERY_SITE : [...EVERY_SITE, 'ws://*/*', 'wss://*/*'],
      action: { default_title: '__MSG_extensionName__' },
      content_security_policy: {
        // Host frames are of the sites' origins; nothing else is loaded from outside the package. Icons are shown from blob: and data:.
        extension_pages:
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src http: https: 'self'; frame-src http: https:; worker-src 'self'; base-uri 'none'; form-action 'none'",
      },
      content_scripts: [
        {
          // The host frame's side of us (see lib/agent): nothing runs on any other URL.
          matches: EVERY_SITE.map((pattern) => `${pattern}${HOST_FRAME_PARAMETER}=*`),
          js: ['agent.js'],
          run_at: 'document_start' as const,
          all_frames: true,
        },
        // Chromium may have the API itself: there the two are registered at run time (lib/platform/chromium.ts).
        ...(firefox
          ? [
              { matches: EVERY_SITE, js: ['page.js'], world: 'MAIN' as const, ...EVERY_FRAME },
              { matches: EVERY_SITE, js: ['bridge.js'], ...EVERY_FRAME },
            ]
          : []),
      ],
      ...(firefox
        ? {
            browser_specific_settings: {
              gecko: {
                id: 'backfetch@backfetch.dev',
                strict_min_version: '142.0',
                data_collection_permissions: { required: ['none'] },
              },
              gecko_android: { strict_min_version: '142.0' },
            },
          }
        : { minimum_chrome_version: '148', message_serialization: 'structured_clone' }),
    };
  },
});
