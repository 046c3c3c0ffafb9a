/**
 * Carries texts between the servers of a directory, by PostgreSQL's NOTIFY.
 *
 * The bus has a connection of its own. If a NOTIFY were in the transaction of a change, every other NOTIFY of
 * the database would wait while this transaction waits for the standby. A NOTIFY in a transaction of its own
 * does not wait for the standby.
 */

import { CONNECT_TIMEOUT_MS, type Connection } from './connection.js';
import { parseDatabaseUrl } from './database-url.js';
import { PrimaryFinder } from './primary.js';

const CHANNEL = 'im_presence';

const PUBLISH = { name: 'im-publish', text: `select pg_notify('${CHANNEL}', $1)` };

export interface PostgresBus {
  /**
   * Sends a text of less than 8,000 bytes to all servers, including this one. Resolves when PostgreSQL has
   * accepted the text.
   */
  publish(text: string): Promise<void>;
  /** Resolves when the connection is lost or closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens the buses of one process. */
export class PostgresBuses {
  readonly #finder: PrimaryFinder;

  /** @param url See storage/postgres/database-url.ts. */
  constructor(url: string) {
    this.#finder = new PrimaryFinder(parseDatabaseUrl(url));
  }

  /**
   * Opens the bus.
   *
   * @param onText Called with each text that a server sends from now on.
   * @throws Error, as a rejection, when there is no primary.
   */
  async open(onText: (text: string) => void): Promise<PostgresBus> {
    const connection = await this.#finder.connect();
    connection.onNotification(onText);
    await within(connection, `listen ${CHANNEL}`);
    return {
      publish: (text) => within(connection, { ...PUBLISH, values: [text] }),
      closed: connection.closed,
      close: () => connection.destroy(),
    };
  }
}

/** Destroys the connection if the answer is late. */
async function within(connection: Connection, query: Parameters<Connection['query']>[0]): Promise<void> {
  await connection.within(CONNECT_TIMEOUT_MS, () => connection.query(query));
}
