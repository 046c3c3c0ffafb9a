/**
 * An identified server that keeps keys, and the requests inside TLS to it. All servers of one directory have
 * the same key, so they count as one server here.
 */

import type { Device } from '../../protocol/device.js';
import type { DisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { IdentityKey } from '../../protocol/key.js';
import { parseWhoReply } from '../../protocol/reply-details.js';
import { encodeRequest } from '../../protocol/request.js';
import { type ServerName, serverName } from '../../user-files/key-file-name.js';
import type { ServerEndpoint } from './ask-server.js';
import type { ChosenServer, LocatedServer } from './chosen-server.js';
import { revokedError } from './client-error.js';
import { type HeldKey, stranger } from './keyring.js';
import { askSealed, type SealedReply, UnansweredError } from './sealed-request.js';

/** Longest wait for the reply to WHO, in milliseconds. */
const WHO_TIMEOUT_MS = 3_000;

/** The server sent a reply that is not valid for the request. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';

  constructor(readonly line: DisplayText) {
    super(`the server answered: ${line}`);
  }
}

export interface AskOptions {
  /** Aborts when the caller no longer waits for the reply. */
  readonly signal?: AbortSignal;
  /** Sends the request to this server only. */
  readonly at?: LocatedServer;
  /** Whether the request changes nothing. Another server may then get it too. */
  readonly isHarmless?: boolean;
  readonly timeoutMs?: number;
}

export class KeyedServer {
  readonly keeps = 'keys';
  readonly name: ServerName;
  readonly #server: ChosenServer;
  readonly #key: IdentityKey;
  readonly #knownAs: readonly ServerEndpoint[];
  readonly #end: AbortSignal;

  /**
   * @param knownAs The servers for which this key is stored.
   * @param end Aborts when the program ends.
   */
  constructor(server: ChosenServer, key: IdentityKey, knownAs: readonly ServerEndpoint[], end: AbortSignal) {
    this.name = serverName(server.endpoint, key);
    this.#server = server;
    this.#key = key;
    this.#knownAs = knownAs;
    this.#end = end;
  }

  /**
   * Sends a request inside TLS, as the given device. {@link ChosenServer.reach} chooses the server. Rejects
   * as {@link askSealed} does.
   */
  ask(held: HeldKey, request: string, options: AskOptions = {}): Promise<SealedReply> {
    const { signal, at, isHarmless, ...rest } = options;
    return this.#server.reach(
      (route) =>
        askSealed({
          route,
          serverKey: this.#key,
          knownAs: this.#knownAs,
          context: held.context,
          request,
          signal: signal === undefined ? this.#end : AbortSignal.any([signal, this.#end]),
          ...rest,
        }),
      { at, isHarmless },
    );
  }

  /**
   * Like {@link ask}, for an id. If no reply comes, finds out whether the user of the id has revoked the
   * device. If so, rejects with `key.revoked`.
   */
  async askFor(id: UserId, held: HeldKey, request: string, options?: AskOptions): Promise<SealedReply> {
    try {
      return await this.ask(held, request, options);
    } catch (error) {
      if (!(error instanceof UnansweredError)) throw error;
      throw (await this.#isRevoked(id, held)) ? revokedError(id) : error;
    }
  }

  /** Resolves with the reply line to WHO. Asks as a stranger, because a revoked device gets no answer. */
  async who(id: UserId): Promise<DisplayText> {
    const { reply } = await this.ask(stranger(), encodeRequest('WHO', id), {
      timeoutMs: WHO_TIMEOUT_MS,
      isHarmless: true,
    });
    return reply.line;
  }

  /** The newest device of an id; `open`: the id has no key. Can also reject with a {@link ReplyError}. */
  async newestDevice(id: UserId): Promise<Device | 'open' | 'unregistered'> {
    const line = await this.who(id);
    const newest = parseWhoReply(line);
    if (newest === undefined) throw new ReplyError(line);
    return newest;
  }

  /**
   * Whether the user has revoked the device. The floor of the id decides this, because a server may also
   * close without a reply for other reasons.
   */
  async #isRevoked(id: UserId, { credentials }: HeldKey): Promise<boolean> {
    const { identity, serial } = credentials.device;
    const newest = await this.newestDevice(id).catch(() => undefined);
    return typeof newest === 'object' && newest.identity === identity && newest.floor > serial;
  }
}
