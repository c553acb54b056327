/** A certificate authority made for one run of the tests, and a server certificate from it. Needs the openssl command. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './browser-process.ts';
import { removeDirectory } from './remove-directory.ts';

export interface Authority {
  /** Of the authority, in base64 without line breaks. */
  certificate: string;
  /** SHA-256 of the authority's public key (SPKI), in base64. */
  keyHash: string;
  /** For `node:https`, both PEM; the server's chain has the authority at its end. */
  server: { key: string; cert: string };
}

/** For these hosts. (A wildcard is not taken for hosts right under a top-level domain, which are sites of their own.) */
export async function makeAuthority(hosts: string[]): Promise<Authority> {
  const directory = makeDirectory('authority');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    writeFileSync(
      join(directory, 'extensions'),
      `subjectAltName=${hosts.map((host) => `DNS:${host}`).join()}\n`,
    );
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=Tests',
    );
    openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=Tests');
    const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', '-extfile', 'extensions'];
    openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...sign);
    const read = (file: string) => readFileSync(join(directory, file), 'utf8');
    const authority = new X509Certificate(read('ca.pem'));
    const spki = authority.publicKey.export({ type: 'spki', format: 'der' });
    return {
      certificate: authority.raw.toString('base64'),
      keyHash: createHash('sha256').update(spki).digest('base64'),
      server: { key: read('server.key'), cert: read('server.pem') + read('ca.pem') },
    };
  } finally {
    await removeDirectory(directory);
  }
}
