/**
 * Finds other clients that share the state directory and have the same user signed in to the same server:
 *
 *     signed-in/alice@127.0.0.1_1235.9f86d081884c7d65     process 4711 on mymachine
 *
 * Each client has its own file, and keeps it locked. The lock ends with the process, even if the process is
 * killed. A file that is not locked is therefore left over, and the next client of that user and server
 * removes it. A client creates its file under a hidden name, and renames it once it is locked and written. No
 * other client can therefore mistake it for a leftover.
 */

import { createHash, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { closeSync, readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseHosts } from '../protocol/address.js';
import type { UserId } from '../protocol/id.js';
import { flock } from '../storage/files/disk.js';
import { isFileError, isGone } from '../storage/files/file-error.js';
import { fileReason, openToAppend, openToRead, writeFully } from './private-file.js';

/** The maximum number of bytes to read of another client's file. */
const MAX_FILE_BYTES = 300;

/**
 * The maximum number of other clients to check at a time: each check starts a process that tries to lock the
 * file.
 */
const MAX_CLIENTS = 64;

/** Characters of the name of a list of servers. */
const LIST_NAME_CHARACTERS = 16;

/** Age at which an unfinished file counts as left over, in milliseconds. */
const UNFINISHED_MS = 60_000;

/** A user at a server. */
export interface SignIn {
  readonly user: UserId;
  /** The name or address of the server, or several with commas, and the UDP port. */
  readonly server: { readonly host: string; readonly port: number };
}

/** Another client of the same user. */
export interface OtherClient {
  readonly pid: number;
  /** Its machine, if that is another one: a home directory may be on a network. */
  readonly host: string | undefined;
}

/**
 * Lets other clients detect that the user is signed in here. Yields the other clients in which the user is
 * signed in now, and later each client in which the user signs in. Ends when the signal aborts. Ends early,
 * without an error, if the home directory is not writable, files cannot be locked, or the command flock is
 * missing.
 */
export async function* otherClients(
  directory: string,
  signIn: SignIn,
  signal: AbortSignal,
): AsyncGenerator<OtherClient, void> {
  try {
    const name = await nameOf(signIn);
    if (!signal.aborted) yield* find(join(directory, 'signed-in'), name, signal);
  } catch (error) {
    const isRefused = fileReason(error) !== undefined || isFileError(error, 'lock.failed');
    if (!isRefused && !signal.aborted) throw error;
  }
}

/** The common part of the file names. */
async function nameOf({ user, server: { host, port } }: SignIn): Promise<string> {
  const hosts = parseHosts(host.toLowerCase());
  const place = hosts.length > 1 ? listName(hosts) : await addressOf(hosts[0] as string);
  // An id has no slash. Encode the host, so that its name cannot lead to another directory either.
  return `${user}@${encodeURIComponent(place)}_${port}`;
}

/** A server may have several names, so its address is used. */
async function addressOf(host: string): Promise<string> {
  const found = await lookup(host, { order: 'ipv4first', all: true }).catch(() => []);
  const addresses = found.filter(({ family }) => family === found[0]?.family).map(({ address }) => address);
  // A name server may give several addresses in another order each time.
  return addresses.sort()[0] ?? host;
}

/** Several servers of one directory, in any order: a list may be too long for the name of a file. */
function listName(hosts: readonly string[]): string {
  return createHash('sha256').update(hosts.toSorted().join()).digest('hex').slice(0, LIST_NAME_CHARACTERS);
}

async function* find(
  directory: string,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<OtherClient, void> {
  const own = `${name}.${randomBytes(8).toString('hex')}`;
  const known = new Set([own]);
  const paths = [join(directory, `.${own}`), join(directory, own)] as const;
  const [hidden, shown] = paths;
  const descriptor = openToAppend(hidden);
  const release = () => {
    closeSync(descriptor);
    for (const path of paths) removeIfAllowed(path);
  };
  signal.addEventListener('abort', release);
  try {
    removeUnfinished(directory, name);
    // Watch before the rename, so that two clients that start at once notice each other.
    const changes = watch(directory, { signal })[Symbol.asyncIterator]();
    let change = changes.next();
    change.catch(() => {}); // it is awaited below
    if (!(await flock(descriptor, 'exclusive')) || signal.aborted) return;
    writeFully(descriptor, Buffer.from(`process ${process.pid} on ${hostname()}\n`));
    renameSync(hidden, shown);
    for (;;) {
      for (const other of candidates(directory, name, known)) {
        const found = await read(join(directory, other));
        if (found === undefined) continue;
        known.add(other);
        yield found;
      }
      await change;
      change = changes.next();
      change.catch(() => {});
      // Changes come in bursts: wait for the rest of them.
      await setImmediate();
    }
  } finally {
    signal.removeEventListener('abort', release);
    if (!signal.aborted) release();
  }
}

/** Removes unfinished files of clients that were killed while they started. */
function removeUnfinished(directory: string, name: string): void {
  const unfinished = readdirSync(directory).filter((one) => one.startsWith(`.${name}.`));
  for (const path of unfinished.slice(0, MAX_CLIENTS).map((one) => join(directory, one))) {
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    // A younger file may be about to be locked by its client.
    if (Date.now() - mtimeMs > UNFINISHED_MS) removeIfAllowed(path);
  }
}

/** The files of clients that are not in `known` yet. Removes from `known` files that no longer exist. */
function candidates(directory: string, name: string, known: Set<string>): string[] {
  const names = readdirSync(directory).filter((one) => one.startsWith(`${name}.`));
  const present = new Set(names);
  for (const one of known) if (!present.has(one)) known.delete(one);
  return names.filter((one) => !known.has(one)).slice(0, MAX_CLIENTS);
}

/** Reads which client has a file; `undefined` when the client has ended, or the file has another format. */
async function read(path: string): Promise<OtherClient | undefined> {
  const handle = await openToRead(path).catch((error) => {
    if (fileReason(error) === undefined) throw error;
  });
  if (handle === undefined) return undefined;
  try {
    // Other clients may check at the same time, so use a shared lock.
    if (await flock(handle.fd, 'shared')) {
      removeIfAllowed(path);
      return undefined;
    }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILE_BYTES), 0, MAX_FILE_BYTES, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    const [, pid, host] = /^process ([1-9]\d{0,9}) on ([\x21-\x7e]{1,255})\n$/.exec(text) ?? [];
    if (pid === undefined) return undefined;
    return { pid: Number(pid), host: host === hostname() ? undefined : host };
  } finally {
    await handle.close();
  }
}

/** Removes a file if the system allows it; otherwise the next client tries again. */
function removeIfAllowed(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isGone(error) && fileReason(error) === undefined) throw error;
  }
}
