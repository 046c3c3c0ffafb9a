/**
 * Finds out whether a server keeps keys, and which key it has itself. The answer is remembered, durably if
 * possible: a server that is known to have a key is never taken for one without.
 */

import type { ServerReply } from '../../machines/client/events.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { replyCode } from '../../protocol/reply.js';
import { parseVersionReply } from '../../protocol/reply-details.js';
import { VERSION_REQUEST } from '../../protocol/request.js';
import { type ServerName, serverName } from '../../user-files/key-file-name.js';
import type { ServerKey, Servers } from '../../user-files/servers.js';
import { ask, LATE_REPLY, NO_REPLY, type ServerEndpoint } from './ask-server.js';
import { ClientError } from './client-error.js';
import { KeyedServer } from './keyed-server.js';

/** Longest wait for the reply to VER, in milliseconds. */
const VERSION_TIMEOUT_MS = 3_000;

/** Replies that say nothing about keys: the server cannot answer at present. */
const UNAVAILABLE: ReadonlySet<number | undefined> = new Set([205, 206]);

/** What is known about a server, and its part in the names of files. */
export type IdentifiedServer =
  | KeyedServer
  | { readonly keeps: 'no-keys'; readonly name: ServerName }
  /** The server accepts connections, but did not say whether it keeps keys. `reply`: it cannot answer now. */
  | { readonly keeps: 'unknown'; readonly reason: string; readonly reply?: ServerReply };

export class ServerIdentification {
  readonly #server: ServerEndpoint;
  readonly #servers: Servers;
  readonly #end: AbortSignal;
  /** What the server said, if that could not be stored. */
  #unstored: ServerKey | undefined;
  #asking: Promise<IdentifiedServer> | undefined;
  #isNewlyKeyless = false;

  /** @param end Aborted when the program ends. */
  constructor(server: ServerEndpoint, servers: Servers, end: AbortSignal) {
    this.#server = server;
    this.#servers = servers;
    this.#end = end;
  }

  /** What is known without asking the server. Rejects with `server.unreadable`. */
  async known(): Promise<IdentifiedServer | undefined> {
    const { key, reason } = await this.#servers.find(this.#server);
    if (key === 'damaged') throw unreadableError(reason);
    const known = key ?? this.#unstored;
    return known && this.#identified(known);
  }

  /**
   * Identifies the server. Asks it only if nothing is known.
   *
   * Rejects with `server.unreadable`, or with an error of the network.
   *
   * @param asksAgain Also asks a server that is known to keep no keys: it may have been updated.
   */
  async identify({ asksAgain = false } = {}): Promise<IdentifiedServer> {
    const known = await this.known();
    if (known?.keeps === 'keys' || (known !== undefined && !asksAgain)) return known;
    this.#asking ??= this.#ask(known !== undefined).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** True once after the server has said that it keeps no keys, if that was not known before. */
  takeKeylessNews(): boolean {
    const isNews = this.#isNewlyKeyless;
    this.#isNewlyKeyless = false;
    return isNews;
  }

  async #ask(wasKeyless: boolean): Promise<IdentifiedServer> {
    const answer = await this.#askVersion();
    if ('keeps' in answer) return answer;
    const key = parseVersionReply(answer.line);
    if (key === undefined && UNAVAILABLE.has(replyCode(answer.line)))
      return { keeps: 'unknown', reason: answer.line, reply: answer };
    this.#isNewlyKeyless ||= key === undefined && !wasKeyless;
    const stored: ServerKey = key ?? 'none';
    const failed = await this.#servers.add(this.#server, stored);
    // Another process may have stored an answer at the same time. The stored one counts.
    const known = failed && (await this.known());
    if (known !== undefined) return known;
    this.#unstored = failed === undefined ? undefined : stored;
    return this.#identified(stored);
  }

  /** The reply to VER; an empty line if the server closed the connection without one. */
  async #askVersion(): Promise<ServerReply | IdentifiedServer> {
    try {
      return await ask(this.#server, VERSION_REQUEST, this.#end, VERSION_TIMEOUT_MS);
    } catch (error) {
      const { message, cause } = error as Error;
      const { code } = (cause ?? {}) as NodeJS.ErrnoException;
      // Servers without keys may close or reset the connection at a request that they do not know.
      if (message === NO_REPLY || code === 'ECONNRESET') return { line: toDisplayText(''), done: false };
      if (message === LATE_REPLY) return { keeps: 'unknown', reason: message };
      throw error;
    }
  }

  #identified(key: ServerKey): IdentifiedServer {
    return key === 'none'
      ? { keeps: 'no-keys', name: serverName(this.#server, undefined) }
      : new KeyedServer(this.#server, key, this.#end);
  }
}

function unreadableError(reason: string | undefined): ClientError {
  return new ClientError(
    'server.unreadable',
    `the file with the keys of servers cannot be read, so nothing was sent: ${reason ?? 'it is damaged'}`,
  );
}
