/** What the test site serves: the demo podcast, and small variants for tests. */
import { join } from 'node:path';
import type { ServerOptions } from '../support/server.ts';
import { representEpisode } from './episodes.ts';

export const site: ServerOptions = {
  root: join(import.meta.dirname, 'public'),
  represent: (path, _version, port) => representEpisode(path, port),
  headers: (path): Record<string, string> =>
    path.startsWith('/csp/') ? { 'content-security-policy': "default-src 'self'" } : {},
};
