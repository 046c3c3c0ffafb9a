/**
 * Finds the other clients of this home in which the same user is signed in at the same server:
 *
 *     signed-in/alice@127.0.0.1_1235.9f86d081884c7d65     process 4711 on mymachine
 *
 * Each client has a file of its own, and holds a lock on it until its process ends, however it ends. So a file
 * that is not locked is left over, whatever it says, and is removed. A file gets its name when it is locked and
 * written: no client takes one that is being made for one that is left over.
 */

import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { closeSync, readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { UserId } from '../protocol/id.js';
import { flock } from '../storage/files/disk.js';
import { isFileError, isGone } from '../storage/files/file-error.js';
import { fileReason, openToAppend, openToRead, writeFully } from './private-file.js';

/** Most bytes that are read of another client's file. */
const MAX_FILE_BYTES = 300;

/** Most other clients that are found: each costs a process to ask for its lock. */
const MAX_CLIENTS = 64;

/** How old a file is that its client will not rename any more, in milliseconds: that takes a moment. */
const UNFINISHED_MS = 60_000;

/** A user at a server. */
export interface SignIn {
  readonly user: UserId;
  /** The server's name or address, and its UDP port. */
  readonly server: { readonly host: string; readonly port: number };
}

/** Another client of the same user. */
export interface OtherClient {
  readonly pid: number;
  /** The machine that it runs on, where that is another: a home may be on a network. */
  readonly host: string | undefined;
}

/**
 * Says that a user is signed in here, until the signal aborts, and yields each other client in which the user is
 * or becomes signed in. It ends by itself where the system refuses what it needs: a home that is writable, locks,
 * the command flock.
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

/** A server may have several names: its address counts. */
async function nameOf({ user, server: { host, port } }: SignIn): Promise<string> {
  const { address } = await lookup(host, { order: 'ipv4first' }).catch(() => ({
    address: host.toLowerCase(),
  }));
  // No id has a slash. What else a host may be called must not lead to another directory either.
  return `${user}@${encodeURIComponent(address)}_${port}`;
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
    // Of two clients, the one that is shown last finds the other, which has watched from before.
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
      // Changes come in swarms.
      await setImmediate();
    }
  } finally {
    signal.removeEventListener('abort', release);
    if (!signal.aborted) release();
  }
}

/** Removes files that clients which were killed while they started never renamed. */
function removeUnfinished(directory: string, name: string): void {
  const unfinished = readdirSync(directory).filter((one) => one.startsWith(`.${name}.`));
  for (const path of unfinished.slice(0, MAX_CLIENTS).map((one) => join(directory, one))) {
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    // A younger file may be about to be locked by its client.
    if (Date.now() - mtimeMs > UNFINISHED_MS) removeIfAllowed(path);
  }
}

/** The files of clients that are not known yet; those that are gone are forgotten. */
function candidates(directory: string, name: string, known: Set<string>): string[] {
  const names = readdirSync(directory).filter((one) => one.startsWith(`${name}.`));
  const present = new Set(names);
  for (const one of known) if (!present.has(one)) known.delete(one);
  return names.filter((one) => !known.has(one)).slice(0, MAX_CLIENTS);
}

/** Who has a file; `undefined` where its client has ended, or it says nothing of the kind. */
async function read(path: string): Promise<OtherClient | undefined> {
  const handle = await openToRead(path).catch((error) => {
    if (fileReason(error) === undefined) throw error;
  });
  if (handle === undefined) return undefined;
  try {
    // A shared lock: others may be looking, too.
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

/** A file that stays is removed by the next client. */
function removeIfAllowed(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isGone(error) && fileReason(error) === undefined) throw error;
  }
}
