/**
 * Batches of presence records that servers of one directory send to each other.
 *
 *     im-presence 1 0b6f4a0e-5f0e-4d0e-9c53-1f8f0f1f3a77 250
 *     17 100 4000 192.0.2.7
 *     18 101 0 2001:db8::1
 *
 * The first line has the version, the server that sent the batch, and the number of the last change that this
 * server knows. Each other line is one announcement: the number of the user, the status, the port and the
 * address. A batch may have no announcements. A batch is text because PostgreSQL's notifications carry text,
 * and because an operator can read text.
 */

import { parseAddress, parsePort } from './address.js';
import { parseStatus, type Status } from './status.js';

/** The maximum number of bytes in a batch. A notification of PostgreSQL carries less than 8,000. */
export const MAX_BATCH_BYTES = 7_900;

/**
 * The version of batches, in their first line. The version may change only together with the format of the
 * directory: until the directory has the new format, servers of the previous version also use the bus (the
 * connection that carries batches).
 */
export const BATCH_VERSION = 1;

/** The maximum number of digits in the number of a change. */
const MAX_CHANGE_DIGITS = 16;

/** In a batch of any version, the version comes first. */
const VERSION_PARTS = /^im-presence (\d{1,9}) /;

const HEADER_PARTS = new RegExp(`^im-presence ${BATCH_VERSION} (\\S+) (\\d{1,${MAX_CHANGE_DIGITS}})$`);

/** An announcement that a server has accepted. */
export interface PresenceRecord {
  /** The number of the user, which is the same at all servers of a directory. */
  readonly user: number;
  readonly status: Status;
  readonly port: number;
  readonly address: string;
}

export interface PresenceBatch {
  /** The server that sent the batch. */
  readonly server: string;
  /** The number of the last change that this server knew when it sent the batch. */
  readonly lastChange: number;
  readonly records: readonly PresenceRecord[];
}

/** Collects records into batches of at most {@link MAX_BATCH_BYTES}. */
export class BatchWriter {
  /** The number of the last change that this server knows. The next batch contains this number. */
  lastChange = 0;
  readonly #header: string;
  readonly #maxRecordBytes: number;
  #records = '';

  /** @param server The name of this server, without spaces. */
  constructor(server: string) {
    this.#header = `im-presence ${BATCH_VERSION} ${server} `;
    this.#maxRecordBytes = MAX_BATCH_BYTES - this.#header.length - MAX_CHANGE_DIGITS - 1;
  }

  get isEmpty(): boolean {
    return this.#records === '';
  }

  /**
   * Adds a record.
   *
   * @returns The current batch, if it has no room for the record. The record then begins the next batch.
   */
  add({ user, status, port, address }: PresenceRecord): string | undefined {
    const line = `${user} ${status} ${port} ${address}\n`;
    const full = this.#records.length + line.length > this.#maxRecordBytes ? this.take() : undefined;
    this.#records += line;
    return full;
  }

  /** Returns a batch of the records that were added since the last batch. The batch may have no records. */
  take(): string {
    const text = `${this.#header}${this.lastChange}\n${this.#records}`;
    this.#records = '';
    return text;
  }
}

/** The version of a batch; `undefined` for a text that is not a batch of any version. */
export function versionOf(text: string): number | undefined {
  const [, version] = VERSION_PARTS.exec(text) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** Parses a batch. Returns `undefined` for any other text, and for a batch of another version. */
export function parseBatch(text: string): PresenceBatch | undefined {
  const [header = '', ...lines] = text.split('\n');
  const [, server, lastChange] = HEADER_PARTS.exec(header) ?? [];
  if (server === undefined || lines.pop() !== '') return undefined;
  const records: PresenceRecord[] = [];
  for (const line of lines) {
    const record = parseRecord(line);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return { server, lastChange: Number(lastChange), records };
}

function parseRecord(line: string): PresenceRecord | undefined {
  const [userText = '', statusText, portText, addressText, ...rest] = line.split(' ');
  const [status, port, address] = [parseStatus(statusText), parsePort(portText), parseAddress(addressText)];
  if (!/^\d{1,8}$/.test(userText) || status === undefined || port === undefined || address === undefined) {
    return undefined;
  }
  return rest.length > 0 ? undefined : { user: Number(userText), status, port, address };
}
