/**
 * The keys of the user's ids at a server: registers ids with keys, and finds out the result of a registration
 * that got no reply.
 */

import type { Identity } from '../../keys/identity.js';
import type { ServerReply } from '../../machines/client/events.js';
import { whoAnswerIn } from '../../machines/client/who.js';
import type { Device } from '../../protocol/device.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { encodeRequest } from '../../protocol/request.js';
import type { KeyFileName } from '../../user-files/key-file-name.js';
import { type Failed, isFailed } from '../../user-files/private-directory.js';
import { busyError, ClientError } from './client-error.js';
import type { KeyedServer } from './keyed-server.js';
import type { HeldKey, Keyring } from './keyring.js';

export class OwnKeys {
  readonly #keyring: Keyring;
  /** The keys that {@link read} found. */
  readonly #found = new Map<UserId, HeldKey>();
  /** The ids for which a key was ever found. */
  readonly #keyed = new Set<UserId>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** The key of an id, as {@link read} last found it. */
  of(id: UserId): HeldKey | undefined {
    return this.#found.get(id);
  }

  /** Whether a key of this id was ever found. For `undefined`: whether any key was ever found. */
  had(id: UserId | undefined): boolean {
    return id === undefined ? this.#keyed.size > 0 : this.#keyed.has(id);
  }

  /** Reads the key of an id. If its registration was not confirmed, asks the server about it. */
  async read(id: UserId, server: KeyedServer): Promise<HeldKey | undefined> {
    const name = { id, server: server.name };
    const held = orUnreadable(id, await this.#keyring.read(name));
    const confirmed = held?.isTentative ? await this.#resolve(name, held, server) : held;
    if (confirmed === undefined) this.#found.delete(id);
    else this.#remember(id, confirmed);
    return confirmed;
  }

  /**
   * Registers an id with a key. If the id has no key yet, makes a key and stores it first. If the key cannot
   * be stored, sends nothing and resolves with a failure.
   */
  async register(id: UserId, server: KeyedServer, signal: AbortSignal): Promise<ServerReply | Failed> {
    const name = { id, server: server.name };
    const held = orUnreadable(id, await this.#keyring.read(name)) ?? (await this.#make(name));
    if (isFailed(held)) return held;
    let reply: ServerReply;
    try {
      reply = (await server.ask(held, encodeRequest('REG', id), { signal })).reply;
    } catch (error) {
      // The reply may have been lost after the server registered the id. If the server does not confirm that,
      // the file stays tentative.
      if (!held.isTentative || !(await this.#isRegistered(id, held, server))) throw error;
      return registered(held);
    }
    if (reply.done) {
      await this.#keyring.confirm(name, held.identity);
      this.#remember(id, held);
      return registered(held, reply);
    }
    const isOurs =
      replyCode(reply.line) === 203 && held.isTentative && (await this.#isRegistered(id, held, server));
    return isOurs ? registered(held) : reply;
  }

  /** Makes a key. If another process has stored a key at the same time, returns the stored key. */
  async #make(name: KeyFileName): Promise<HeldKey | Failed> {
    const made = await this.#keyring.create(name);
    if (!isFailed(made)) return made;
    return orUnreadable(name.id, await this.#keyring.read(name)) ?? made;
  }

  /** Makes and stores a device of an identity that the user has brought back. */
  async restore(name: KeyFileName, identity: Identity, newest: Device): Promise<Failed | undefined> {
    const held = await this.#keyring.issueDevice(name, identity, newest);
    if (isFailed(held)) return held;
    this.#remember(name.id, held);
    return undefined;
  }

  #remember(id: UserId, held: HeldKey): void {
    this.#found.set(id, held);
    this.#keyed.add(id);
  }

  /** Asks whether the server knows a key whose registration got no reply. */
  async #resolve(name: KeyFileName, held: HeldKey, server: KeyedServer): Promise<HeldKey | undefined> {
    const line = await server.who(name.id).catch((error) => {
      throw error instanceof ClientError ? error : busyError(error);
    });
    const answer = whoAnswerIn(line);
    if (answer.says === 'nothing') throw busyError();
    if (answer.says === 'key' && answer.key === held.identity) {
      await this.#keyring.confirm(name, held.identity);
      return held;
    }
    // While the id is not registered, the file stays for the next REG.
    if (answer.says !== 'unregistered') await this.#keyring.remove(name, held.identity);
    return undefined;
  }

  /** True if the server names this key for the id. If so, also confirms the key in its file. */
  async #isRegistered(id: UserId, held: HeldKey, server: KeyedServer): Promise<boolean> {
    try {
      return (await this.read(id, server))?.identity === held.identity;
    } catch {
      return false;
    }
  }
}

/**
 * The reply to a registration with a key. If the reply to REG was lost or was 203, but WHO has named the key,
 * the result is `200 OK`.
 */
function registered({ identity, hasSeed }: HeldKey, reply = REGISTERED): ServerReply {
  return { ...reply, registration: { with: 'key', key: identity, remindsOfWords: hasSeed } };
}

const REGISTERED: ServerReply = { line: toDisplayText('200 OK'), done: true };

function orUnreadable(id: UserId, held: HeldKey | undefined | Failed): HeldKey | undefined {
  if (!isFailed(held)) return held;
  throw new ClientError(
    'key.unreadable',
    `the key of ${id} cannot be read, so nothing was sent: ${held.reason}`,
  );
}
