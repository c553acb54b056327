/** Serves the demo site until it is stopped. The port is the first argument, 8080 without one, 0 for any free one. */
import { startServer } from '../support/server.ts';
import { site } from './site.ts';

const server = await startServer({ ...site, port: Number(process.argv[2] ?? 8080) });
console.log(`The demo site is at ${server.origin('podcast')}/`);
