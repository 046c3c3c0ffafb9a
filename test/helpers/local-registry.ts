/**
 * A registry of npm packages on this machine. It serves the packages in `node_modules` that a user of this
 * package needs, so that a test can install this package without the internet.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A package in package-lock.json, under the folder in which it is installed. */
interface LockedPackage {
  readonly version: string;
  readonly dev?: true;
}

/** Starts the registry. Returns its address. */
export async function startRegistry(t: ExecutionContext): Promise<string> {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  const folders = Object.keys(packages).filter((folder) => folder !== '' && !packages[folder]?.dev);
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url.slice(1));
    if (folders.includes(path)) return sendTarball(path, response);
    const found = folders.filter((folder) => folder.endsWith(`node_modules/${path}`));
    if (found.length === 0) return response.writeHead(404).end();
    const versions = found.map((folder) => describeVersion(folder, address));
    const document = {
      name: path,
      'dist-tags': { latest: versions[0]?.version },
      versions: Object.fromEntries(versions.map((one) => [one.version, one])),
    };
    response.end(JSON.stringify(document));
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return address;
}

function describeVersion(folder: string, address: string) {
  const manifest = JSON.parse(readFileSync(posix.join(folder, 'package.json'), 'utf8')) as LockedPackage;
  return { ...manifest, dist: { tarball: new URL(folder, address).href } };
}

function sendTarball(folder: string, response: ServerResponse): void {
  const tar = spawn('tar', ['-cz', '--exclude=./node_modules', '--transform=s,^[.],package,', '.'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  tar.stdout.pipe(response);
}
