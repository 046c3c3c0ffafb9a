/**
 * Batches of presence records that servers of one directory send to each other.
 *
 *     im-presence 1 0b6f4a0e-5f0e-4d0e-9c53-1f8f0f1f3a77
 *     17 100 4000 192.0.2.7
 *     18 101 0 2001:db8::1
 *
 * The first line has the version, and the server that sent the batch. Each other line is one announcement:
 * the number of the user, the status, the port and the address. A batch is text because PostgreSQL carries
 * text, and because an operator can read it.
 */

import { parseAddress, parsePort } from './address.js';
import { parseStatus, type Status } from './status.js';

/** The maximum number of bytes in a batch. PostgreSQL carries less than 8,000. */
export const MAX_BATCH_BYTES = 7_900;

const HEADER = 'im-presence 1 ';

/** An announcement that a server has accepted. */
export interface PresenceRecord {
  /** The number of the user, which is the same at all servers of a directory. */
  readonly user: number;
  readonly status: Status;
  readonly port: number;
  readonly address: string;
}

export interface PresenceBatch {
  /** The server that sent it. */
  readonly server: string;
  readonly records: readonly PresenceRecord[];
}

/** Collects records into batches that are not too long. */
export class BatchWriter {
  readonly #header: string;
  #text: string;

  /** @param server The name of this server, without spaces. */
  constructor(server: string) {
    this.#header = `${HEADER}${server}\n`;
    this.#text = this.#header;
  }

  get isEmpty(): boolean {
    return this.#text === this.#header;
  }

  /**
   * Adds a record.
   *
   * @returns The batch before it, if that is full. The record is then the first of the next batch.
   */
  add({ user, status, port, address }: PresenceRecord): string | undefined {
    const line = `${user} ${status} ${port} ${address}\n`;
    const full = this.#text.length + line.length > MAX_BATCH_BYTES ? this.take() : undefined;
    this.#text += line;
    return full;
  }

  /** Returns the records that were added since the last batch. There may be none. */
  take(): string {
    const text = this.#text;
    this.#text = this.#header;
    return text;
  }
}

/** Parses a batch. Returns `undefined` for a text that is not one, for example of another version. */
export function parseBatch(text: string): PresenceBatch | undefined {
  const [header = '', ...lines] = text.split('\n');
  if (!header.startsWith(HEADER) || lines.pop() !== '') return undefined;
  const records: PresenceRecord[] = [];
  for (const line of lines) {
    const record = parseRecord(line);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return { server: header.slice(HEADER.length), records };
}

function parseRecord(line: string): PresenceRecord | undefined {
  const [userText = '', statusText, portText, addressText, ...rest] = line.split(' ');
  const [status, port, address] = [parseStatus(statusText), parsePort(portText), parseAddress(addressText)];
  if (!/^\d{1,8}$/.test(userText) || status === undefined || port === undefined || address === undefined) {
    return undefined;
  }
  return rest.length > 0 ? undefined : { user: Number(userText), status, port, address };
}
