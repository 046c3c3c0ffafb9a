/**
 * Finds out whether a server keeps keys, and which key the server itself has. The answer is remembered,
 * durably if possible: a server that is known to have a key is never taken for a server without keys.
 *
 * All servers of one directory have the same key. If the client knows the key of one server, the other
 * servers must prove this key. If one server says that it keeps no keys, this applies only to that server:
 * otherwise one server could make the client send requests in clear to all others.
 */

import type { ServerReply } from '../../machines/client/events.js';
import { toDisplayText } from '../../protocol/display-text.js';
import { replyCode } from '../../protocol/reply.js';
import { parseBanReply, parseVersionReply } from '../../protocol/reply-details.js';
import { VERSION_REQUEST } from '../../protocol/request.js';
import { type ServerName, serverName } from '../../user-files/key-file-name.js';
import type { ServerKey, Servers } from '../../user-files/servers.js';
import {
  ask,
  LATE_REPLY,
  monotonicMs,
  NO_REPLY,
  NoReplyError,
  type Route,
  type ServerEndpoint,
} from './ask-server.js';
import type { ChosenServer } from './chosen-server.js';
import { ClientError } from './client-error.js';
import { KeyedServer } from './keyed-server.js';
import { conflictError } from './sealed-request.js';

/** Longest wait for the reply to VER, in milliseconds. */
const VERSION_TIMEOUT_MS = 3_000;

/**
 * If a server did not say whether it keeps keys, the client does not ask it again for this time, in
 * milliseconds. Each question to a silent server delays a request by {@link VERSION_TIMEOUT_MS}.
 */
const SILENCE_MS = 300_000;

/** The errors of a connection that the server has reset. */
const RESETS: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

/** Replies that say nothing about keys: the server cannot answer at present. */
const UNAVAILABLE: ReadonlySet<number | undefined> = new Set([205, 206]);

/** What is known about a server. `name` is the part of file names that stands for the server. */
export type IdentifiedServer =
  | KeyedServer
  | { readonly keeps: 'no-keys'; readonly name: ServerName }
  /**
   * The server accepts connections, but did not say whether it keeps keys. `reply`: the reply 205 or 206, or
   * the reply to a banned client.
   */
  | { readonly keeps: 'unknown'; readonly reason: string; readonly reply?: ServerReply };

type UnknownServer = Extract<IdentifiedServer, { keeps: 'unknown' }>;

export interface ServerIdentificationOptions {
  readonly server: ChosenServer;
  readonly servers: Servers;
  /** Aborts when the program ends. */
  readonly end: AbortSignal;
  /** Monotonic time, in milliseconds. */
  readonly uptime?: () => number;
}

export class ServerIdentification {
  readonly #server: ChosenServer;
  readonly #servers: Servers;
  readonly #end: AbortSignal;
  readonly #uptime: () => number;
  /** What the server said, if this answer could not be stored. */
  #unstored: { readonly server: IdentifiedServer; readonly endpoint: ServerEndpoint } | undefined;
  /** The result of the last VER that did not show whether the server keeps keys. */
  #unsaid: { readonly server: UnknownServer; readonly host: string; readonly atMs: number } | undefined;
  #asking: Promise<IdentifiedServer> | undefined;
  #isNewlyKeyless = false;

  constructor({ server, servers, end, uptime = monotonicMs }: ServerIdentificationOptions) {
    this.#server = server;
    this.#servers = servers;
    this.#end = end;
    this.#uptime = uptime;
  }

  /**
   * What is known without asking the server. Rejects with `server.unreadable`, or with `server.changed` if
   * different keys are stored for two servers of the list.
   */
  async known(): Promise<IdentifiedServer | undefined> {
    let known: ServerKey | undefined;
    let knownAs: ServerEndpoint[] = [];
    for (const endpoint of this.#server.endpoints) {
      const { key, reason } = await this.#servers.find(endpoint);
      if (key === 'damaged') throw unreadableError(reason);
      if (key === undefined || (key === 'none' && !this.#isInUse(endpoint))) continue;
      if (key === known) knownAs.push(endpoint);
      else if (isKey(known) && isKey(key)) throw conflictError(knownAs[0] as ServerEndpoint, endpoint);
      else if (!isKey(known)) [known, knownAs] = [key, [endpoint]];
    }
    if (!isKey(known) && this.#unstored?.server.keeps === 'keys') return this.#unstored.server;
    if (known !== undefined) return this.#identified(known, knownAs);
    const unstored = this.#unstored;
    return unstored !== undefined && this.#isInUse(unstored.endpoint) ? unstored.server : undefined;
  }

  #isInUse({ host }: ServerEndpoint): boolean {
    return host === this.#server.endpoint.host;
  }

  /**
   * Identifies the server. Asks it if nothing is known, or with `asksAgain`. If the server did not say
   * whether it keeps keys, returns this result for {@link SILENCE_MS}, without asking again.
   *
   * Rejects like {@link known}, or with an error of the network.
   *
   * @param asksAgain True to ask the server again if it kept no keys or did not answer: it may have been
   * updated.
   */
  async identify({ asksAgain = false } = {}): Promise<IdentifiedServer> {
    const known = await this.known();
    if (known?.keeps === 'keys' || (known !== undefined && !asksAgain)) return known;
    const unsaid = this.#unsaid;
    const isRecent = unsaid !== undefined && this.#uptime() - unsaid.atMs < SILENCE_MS;
    if (isRecent && !asksAgain && unsaid.host === this.#server.endpoint.host) return unsaid.server;
    this.#asking ??= this.#ask(known).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Returns true at the first call after the server said for the first time that it keeps no keys. */
  reportNewlyKeyless(): boolean {
    const isNewlyKeyless = this.#isNewlyKeyless;
    this.#isNewlyKeyless = false;
    return isNewlyKeyless;
  }

  /** @param known The result for a silent server that was known to keep no keys; otherwise `undefined`. */
  async #ask(known: IdentifiedServer | undefined): Promise<IdentifiedServer> {
    const { endpoint, answer } = await this.#askVersion();
    if ('keeps' in answer) return known ?? this.#rememberUnsaid(answer);
    const key = parseVersionReply(answer.line);
    const { line } = answer;
    if (key === undefined && (UNAVAILABLE.has(replyCode(line)) || parseBanReply(line) !== undefined))
      return this.#rememberUnsaid({ keeps: 'unknown', reason: answer.line, reply: answer });
    this.#isNewlyKeyless ||= key === undefined && known === undefined;
    const stored: ServerKey = key ?? 'none';
    const failed = await this.#servers.add(endpoint, stored);
    // Another process may have stored an answer at the same time. The stored answer counts.
    const other = failed && (await this.known());
    if (other !== undefined) return other;
    const identified = this.#identified(stored, [endpoint]);
    this.#unstored = failed === undefined ? undefined : { server: identified, endpoint };
    return identified;
  }

  #rememberUnsaid(server: UnknownServer): UnknownServer {
    this.#unsaid = { server, host: this.#server.endpoint.host, atMs: this.#uptime() };
    return server;
  }

  /**
   * The reply to VER, and the server that gave it. The reply is an empty line if the connection was closed
   * without a reply: a server without keys may do this after a request that it does not know.
   */
  async #askVersion(): Promise<{
    readonly endpoint: ServerEndpoint;
    readonly answer: ServerReply | UnknownServer;
  }> {
    let { endpoint } = this.#server;
    const request = (route: Route) => {
      endpoint = { host: route.host, port: route.port };
      return ask(route, VERSION_REQUEST, this.#end, VERSION_TIMEOUT_MS);
    };
    try {
      const answer = await this.#server.reach(request, { isHarmless: true });
      return { endpoint, answer };
    } catch (error) {
      const { message, cause } = error as Error;
      if (message === LATE_REPLY) return { endpoint, answer: { keeps: 'unknown', reason: message } };
      const { code } = (cause ?? {}) as NodeJS.ErrnoException;
      const isClosed = error instanceof NoReplyError && (message === NO_REPLY || RESETS.has(code));
      if (isClosed) return { endpoint, answer: { line: toDisplayText(''), done: false } };
      throw error;
    }
  }

  #identified(key: ServerKey, knownAs: readonly ServerEndpoint[]): IdentifiedServer {
    return key === 'none'
      ? { keeps: 'no-keys', name: keylessName(this.#server) }
      : new KeyedServer(this.#server, key, knownAs, this.#end);
  }
}

/** The name for all servers of a list without keys: the name of the first, even if another is in use. */
export function keylessName({ endpoints: [first] }: ChosenServer): ServerName {
  return serverName(first as ServerEndpoint, undefined);
}

function isKey(key: ServerKey | undefined): boolean {
  return key !== undefined && key !== 'none';
}

function unreadableError(reason: string | undefined): ClientError {
  return new ClientError(
    'server.unreadable',
    `the file with the keys of servers cannot be read, so nothing was sent: ${reason ?? 'it is damaged'}`,
  );
}
