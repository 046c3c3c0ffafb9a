/**
 * The delivery record of the private messages between the user and one buddy:
 * `undelivered/<id>@<server>/<buddy>.jsonl`. The rules are in `machines/client/private-delivery.ts`; this
 * module stores the entries in order. An entry is durable when its promise resolves.
 *
 *     {"is":"stream","identity":"…43 characters…","stream":"0123456789abcdef","sum":"5d41402abc4b2a76"}
 *     {"is":"line","n":1,"atMs":1700000000000,"text":"hello","sum":"…"}
 *     {"is":"settled","n":1,"sum":"…"}
 *     {"is":"have","stream":"fedcba9876543210","have":7,"sum":"…"}
 *
 * The first line names the buddy's identity and the user's own stream. All entries belong to these two.
 *
 * Damaged lines are skipped and counted. A crash damages at most the last line, whose promise had not
 * resolved.
 */

import { parseId, type UserId } from '../protocol/id.js';
import { type IdentityKey, parseKey } from '../protocol/key.js';
import type { Files } from '../storage/files/files.js';
import { formatCheckedLine, parseCheckedLine } from './checked-line.js';
import type { Appender, HeldFile } from './held-file.js';
import { type KeyFileName, keyFileName } from './key-file-name.js';
import { attempt, type Failed, isFailed, PrivateDirectory } from './private-directory.js';

/** The maximum number of bytes in the file of a buddy. */
const MAX_DELIVERY_BYTES = 16 * 1024 * 1024;

/** The caller should shorten a file of more bytes with {@link OpenDelivery.replace}. */
const LONG_BYTES = 4 * 1024 * 1024;

/** The identity of the buddy, and the stream of the user's own lines to that identity. */
export interface DeliveryStream {
  readonly identity: IdentityKey;
  /** 16 hexadecimal digits. */
  readonly stream: string;
}

export type DeliveryEntry =
  /** A line of the user's own stream. The text is as typed: it is not yet safe to show. */
  | { readonly is: 'line'; readonly n: number; readonly atMs: number; readonly text: string }
  /** The lines of the user's own stream up to number `n` were confirmed, or were reported as undelivered. */
  | { readonly is: 'settled'; readonly n: number }
  /** The lines of `stream`, a stream of the buddy, were shown up to number `have`. */
  | { readonly is: 'have'; readonly stream: string; readonly have: number };

/** What is stored about a buddy. */
export interface StoredDelivery {
  /** `undefined` when the record does not exist, or when its first line is damaged. */
  readonly stream: DeliveryStream | undefined;
  /** The entries in the order in which they were stored. */
  readonly entries: readonly DeliveryEntry[];
  /** The number of damaged lines. */
  readonly damaged: number;
}

export class Undelivered {
  readonly #directory: PrivateDirectory;

  /** @param root The data directory of the client; `undefined` when the user has no home. */
  constructor(root: string | undefined, name: KeyFileName, files?: Files) {
    const folder = `undelivered/${keyFileName(name)}`;
    this.#directory = new PrivateDirectory({ root, folder, isSecret: true, files });
  }

  /** The buddies who have a record. */
  async buddies(): Promise<readonly UserId[] | Failed> {
    const names = await this.#directory.list();
    if (isFailed(names)) return names;
    return names
      .filter((name) => name.endsWith(END))
      .map((name) => [name.slice(0, -END.length), parseId(name.slice(0, -END.length))] as const)
      .flatMap(([name, buddy]) => (buddy === name ? [buddy] : []));
  }

  /** Reads the record of a buddy, even while another process appends to it. */
  async read(buddy: UserId): Promise<StoredDelivery | Failed> {
    const contents = await this.#directory.read(nameOf(buddy), MAX_DELIVERY_BYTES);
    return isFailed(contents) ? contents : parse(contents);
  }

  /** Opens the record of a buddy for a chat. Fails when another process has it open. */
  async open(buddy: UserId): Promise<OpenDelivery | Failed> {
    const file = await this.#directory.hold(nameOf(buddy));
    if (isFailed(file)) return file;
    const contents = await attempt(() => file.read(MAX_DELIVERY_BYTES));
    if (!isFailed(contents)) return new OpenDelivery(file, contents);
    await file.release();
    return contents;
  }

  /** Removes the record of a buddy. */
  async forget(buddy: UserId): Promise<Failed | undefined> {
    const version = await this.#directory.version(nameOf(buddy));
    if (version === undefined || isFailed(version)) return version;
    return this.#directory.change(nameOf(buddy), async (file) => {
      await file.removeWithLock();
      return undefined;
    });
  }
}

/** The record of a buddy, held for a chat. The caller must close it. */
export class OpenDelivery {
  /** The contents of the record when it was opened. */
  readonly stored: StoredDelivery;
  readonly #file: HeldFile;
  readonly #appender: Appender;
  #bytes: number;
  /** Resolves when all writes so far have ended. It never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  /** The lines of the next write, which begins when the write under way has ended. */
  #group: { readonly lines: string[]; readonly written: Promise<Failed | undefined> } | undefined;

  constructor(file: HeldFile, contents: Buffer | undefined) {
    this.stored = parse(contents);
    this.#file = file;
    this.#appender = file.appender();
    this.#bytes = contents?.length ?? 0;
  }

  /** True when the file is so long that the caller should {@link replace} it. */
  get isLong(): boolean {
    return this.#bytes > LONG_BYTES;
  }

  /** Appends entries to the record. Entries that come during a write are written together. */
  append(entries: readonly DeliveryEntry[]): Promise<Failed | undefined> {
    if (this.#group === undefined) {
      const lines: string[] = [];
      this.#group = { lines, written: this.#enqueue(() => this.#append(lines)) };
    }
    this.#group.lines.push(...entries.map(lineOf));
    return this.#group.written;
  }

  /** Begins a new record, or shortens the current one. After a failure, the old or the new one exists. */
  replace(
    { identity, stream }: DeliveryStream,
    entries: readonly DeliveryEntry[],
  ): Promise<Failed | undefined> {
    const lines = [lineOf({ is: 'stream', identity, stream }), ...entries.map(lineOf)];
    const bytes = Buffer.from(lines.join(''));
    this.#group = undefined; // entries that are appended from now on follow the new record
    return this.#enqueue(async () => {
      await this.#appender.close();
      await this.#file.replace(bytes);
      this.#bytes = bytes.length;
      return undefined;
    });
  }

  /** Closes the record after all earlier writes. Another process can then open it. */
  async close(): Promise<void> {
    await this.#last;
    await this.#appender.close();
    await this.#file.release();
  }

  async #append(lines: readonly string[]): Promise<Failed | undefined> {
    this.#group = undefined;
    const bytes = Buffer.from(lines.join(''));
    if (this.#bytes + bytes.length > MAX_DELIVERY_BYTES)
      return { reason: `it would have more than ${MAX_DELIVERY_BYTES.toLocaleString('en')} bytes` };
    await this.#appender.append(bytes);
    this.#bytes += bytes.length;
    return undefined;
  }

  #enqueue(work: () => Promise<Failed | undefined>): Promise<Failed | undefined> {
    const done = this.#last.then(() => attempt(work));
    this.#last = done.catch(() => {});
    return done;
  }
}

/** The extension of a file's name. */
const END = '.jsonl';

function nameOf(buddy: UserId): string {
  return `${buddy}${END}`;
}

/** A line of the file. */
type Line = DeliveryEntry | ({ readonly is: 'stream' } & DeliveryStream);

function lineOf(line: Line): string {
  return `${formatCheckedLine({ ...line })}\n`;
}

function parse(contents: Buffer | undefined): StoredDelivery {
  let stream: DeliveryStream | undefined;
  const entries: DeliveryEntry[] = [];
  let damaged = 0;
  for (const text of (contents?.toString('utf8') ?? '').split('\n')) {
    const line = lineIn(text);
    if (line === undefined) damaged += text === '' ? 0 : 1;
    else if (line.is !== 'stream') entries.push(line);
    else stream = { identity: line.identity, stream: line.stream };
  }
  return { stream, entries, damaged };
}

const STREAM = /^[0-9a-f]{16}$/;

function lineIn(text: string): Line | undefined {
  const { is, n, atMs, text: typed, stream, identity: token, have } = parseCheckedLine(text) ?? {};
  const identity = typeof token === 'string' ? parseKey(token) : undefined;
  const isStream = typeof stream === 'string' && STREAM.test(stream);
  switch (is) {
    case 'stream':
      return identity !== undefined && isStream ? { is, identity, stream } : undefined;
    case 'line':
      return isCount(n) && isCount(atMs) && typeof typed === 'string'
        ? { is, n, atMs, text: typed }
        : undefined;
    case 'settled':
      return isCount(n) ? { is, n } : undefined;
    case 'have':
      return isStream && isCount(have) ? { is, stream, have } : undefined;
    default:
      return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
