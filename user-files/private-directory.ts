/**
 * A directory of the client for its keys, pins and delivery records. A write is durable when its promise
 * resolves. After a failed replacement, a file has its old or its new contents, never a mixture. Files and
 * directories that other users can write to are refused. Links in the place of files are refused, too.
 *
 * A process holds a lock while it changes a file. Where the command `flock` is missing, two processes can
 * change a file at the same time: an appended line stays whole, and the last of two replacements counts.
 */

import { join } from 'node:path';
import { DISK } from '../storage/files/disk.js';
import { FileError } from '../storage/files/file-error.js';
import type { Files } from '../storage/files/files.js';
import { checkDirectory, checkFile, type HeldFile, holdFile, readFile } from './held-file.js';
import { fileReason } from './private-file.js';

/** A failed operation, with its reason in words for the user. */
export interface Failed {
  readonly reason: string;
}

export function isFailed(value: unknown): value is Failed {
  return typeof value === 'object' && value !== null && 'reason' in value && typeof value.reason === 'string';
}

export interface PrivateDirectoryOptions {
  /** The data directory of the client, created at the first write; `undefined` when the user has no home. */
  readonly root: string | undefined;
  /** The path of the directory inside the root. Without it, the directory is the root itself. */
  readonly folder?: string;
  /** True to refuse files that other users can read. */
  readonly isSecret?: boolean;
  /** Tests pass a simulated file system. */
  readonly files?: Files | undefined;
}

export class PrivateDirectory {
  readonly #root: string | undefined;
  readonly #folders: readonly string[];
  readonly #isSecret: boolean;
  readonly #files: Files;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor({ root, folder = '', isSecret = false, files = DISK }: PrivateDirectoryOptions) {
    this.#root = root;
    this.#folders = folder === '' ? [] : folder.split('/');
    this.#isSecret = isSecret;
    this.#files = files;
  }

  /** Reads a file. Resolves to `undefined` when the file does not exist. */
  read(name: string, maxBytes: number): Promise<Buffer | undefined | Failed> {
    return attempt(async () => {
      const path = await this.#pathIfThere(name);
      return path === undefined ? undefined : await readFile(this.#files, path, maxBytes);
    });
  }

  /** A text that changes when the file is written or replaced; `undefined` when the file does not exist. */
  version(name: string): Promise<string | undefined | Failed> {
    return attempt(async () => {
      const path = await this.#pathIfThere(name);
      return path === undefined ? undefined : (await this.#files.facts(path))?.version;
    });
  }

  /** The names of all entries; none when the directory does not exist. */
  list(): Promise<readonly string[] | Failed> {
    return attempt(async () => {
      const [path] = this.#paths().slice(-1);
      if (path === undefined || (await this.#pathIfThere('')) === undefined) return [];
      return await this.#files.list(path);
    });
  }

  /** Holds a file while `work` changes it. The changes of this object run one after another. */
  change<TValue>(name: string, work: (file: HeldFile) => Promise<TValue | Failed>): Promise<TValue | Failed> {
    const change = this.#lastChange.then(() =>
      attempt(async () => {
        const file = await this.#hold(name);
        try {
          return await work(file);
        } finally {
          await file.release();
        }
      }),
    );
    this.#lastChange = change.catch(() => {});
    return change;
  }

  /** Holds a file until its holder releases it. Fails when another process holds it. */
  hold(name: string): Promise<HeldFile | Failed> {
    return attempt(() => this.#hold(name));
  }

  async #hold(name: string): Promise<HeldFile> {
    const paths = this.#paths();
    const [directory] = paths.slice(-1);
    if (directory === undefined) throw new FileError('file.irregular', 'HOME is not set');
    for (const path of paths) await this.#files.createDirectory(path);
    await this.#checkDirectories();
    return holdFile(this.#files, join(directory, name), this.#isSecret);
  }

  /** Checks an entry, and returns its path; `undefined` when the entry does not exist. */
  async #pathIfThere(name: string): Promise<string | undefined> {
    const [directory] = this.#paths().slice(-1);
    if (directory === undefined || !(await this.#checkDirectories())) return undefined;
    const path = join(directory, name);
    const facts = await this.#files.facts(path);
    if (facts === undefined) return undefined;
    if (name !== '') checkFile(path, facts, this.#isSecret);
    return path;
  }

  /** False when one of the directories does not exist. */
  async #checkDirectories(): Promise<boolean> {
    for (const path of this.#paths()) {
      const facts = await this.#files.facts(path);
      if (facts === undefined) return false;
      checkDirectory(path, facts);
    }
    return true;
  }

  /** The root and the folders in it, the innermost last. Empty when the user has no home. */
  #paths(): string[] {
    const paths = this.#root === undefined ? [] : [this.#root];
    for (const folder of paths.length === 0 ? [] : this.#folders)
      paths.push(join(paths[paths.length - 1] as string, folder));
    return paths;
  }
}

/** Converts an error of the file system into a reason for the user. Rethrows other errors: they are bugs. */
export async function attempt<TValue>(work: () => Promise<TValue>): Promise<TValue | Failed> {
  try {
    return await work();
  } catch (error) {
    const reason = fileReason(error);
    if (reason === undefined) throw error;
    return { reason };
  }
}
