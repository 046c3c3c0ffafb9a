/**
 * A program's access to the directory of the server: requests over TCP. If the server keeps keys, all
 * requests go inside TLS, except a REG for an id without a key. If the server keeps no keys, all requests go
 * in clear. With `--clear`, too, they go in clear, as long as no key is on this machine.
 *
 * A program has one object of this class. The object holds secrets in private fields, so actors get it by
 * closure: it is never part of an input, an event or a context. No request is ever sent both inside TLS and
 * in clear.
 */

import type { SecureContext } from 'node:tls';
import type { DatagramSeal } from '../../keys/datagram-seal.js';
import { type DeviceCredentials, isAbsurdSerial } from '../../keys/device-credentials.js';
import { Identity, problemText } from '../../keys/identity.js';
import type { ServerReply, SignInCheck } from '../../machines/client/events.js';
import type { LoginOutcome } from '../../machines/client/login-outcome.js';
import type { Registration } from '../../machines/client/registration.js';
import { type WhoAnswer, whoAnswerIn } from '../../machines/client/who.js';
import { type DisplayText, toDisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { type BanNotice, parseBanReply, parseLoginReply } from '../../protocol/reply-details.js';
import { type Change, encodeLogin, encodeRequest, type LoginMode } from '../../protocol/request.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';
import type { Files } from '../../storage/files/files.js';
import { dataDirectory } from '../../user-files/directories.js';
import type { ServerName } from '../../user-files/key-file-name.js';
import { isFailed } from '../../user-files/private-directory.js';
import { Servers } from '../../user-files/servers.js';
import { monotonicMs } from './ask-server.js';
import { ChosenServer, type LocatedServer, type ServerPorts } from './chosen-server.js';
import { ClientError, type ClientErrorCode, missingError } from './client-error.js';
import type { KeyedServer } from './keyed-server.js';
import { Keyring, stranger } from './keyring.js';
import { OwnKeys } from './own-keys.js';
import { UnansweredError } from './sealed-request.js';
import { type IdentifiedServer, keylessName, ServerIdentification } from './server-identification.js';
import { WhoCache } from './who-cache.js';

export interface DirectoryOptions {
  readonly server: ServerPorts;
  /** The data directory of the client; `undefined`: nothing can be stored, so no id gets a key. */
  readonly dataRoot: string | undefined;
  /** Whether ids are registered with keys. False registers them in clear; keys that exist are used anyway. */
  readonly keys: boolean;
  /** Tests pass a simulated file system, and clocks: the wall clock and monotonic time, in milliseconds. */
  readonly files?: Files;
  readonly now?: () => number;
  readonly uptime?: () => number;
}

/** What this machine holds for an id. For `unknown`, `code` tells why requests for this id reject. */
export type Standing =
  | Exclude<SignInCheck, { holds: 'unknown' }>
  | (Extract<SignInCheck, { holds: 'unknown' }> & { readonly code: ClientErrorCode });

/** The result of a LOG. `open` has the session, and the seal for its datagrams, which exposes no key. */
export type Login =
  | { readonly outcome: 'open'; readonly session: SessionId; readonly seal: DatagramSeal }
  | { readonly outcome: 'banned'; readonly ban: BanNotice }
  | { readonly outcome: OtherOutcome };

/** An outcome without details. */
type OtherOutcome = Exclude<LoginOutcome, 'open' | 'banned'>;

/** The result of {@link Directory.restore}. Its reason never contains any of the 24 words that were typed. */
export type Restored =
  | { readonly restored: true }
  | { readonly restored: false; readonly reason: DisplayText };

export class Directory {
  /** Chooses the server that is in use. The heartbeat shares this object. */
  readonly server: ChosenServer;
  readonly #keys: boolean;
  readonly #now: () => number;
  readonly #identification: ServerIdentification;
  readonly #keyring: Keyring;
  readonly #ownKeys: OwnKeys;
  readonly #answers: WhoCache;
  readonly #end = new AbortController();
  /** The serials of the devices that the server has refused as revoked. */
  readonly #revoked = new Map<UserId, number>();
  #serverName: ServerName | undefined;

  constructor(options: DirectoryOptions) {
    const { server, dataRoot, keys, files, now = Date.now, uptime = monotonicMs } = options;
    this.server = new ChosenServer(server);
    this.#keys = keys;
    this.#now = now;
    this.#identification = new ServerIdentification({
      server: this.server,
      servers: new Servers(dataRoot, files),
      end: this.#end.signal,
      uptime,
    });
    this.#keyring = new Keyring(dataRoot, now, files);
    this.#ownKeys = new OwnKeys(this.#keyring);
    this.#answers = new WhoCache(uptime);
  }

  /** The part of file names that stands for the server; `undefined` until the server is identified. */
  serverName(): ServerName | undefined {
    return this.#serverName;
  }

  /** The device that speaks for an id, if {@link prepare} found one. */
  credentialsOf(id: UserId): DeviceCredentials | undefined {
    return this.#ownKeys.of(id)?.credentials;
  }

  /** The TLS context of the device that {@link credentialsOf} returns. */
  contextOf(id: UserId): SecureContext | undefined {
    return this.#ownKeys.of(id)?.context;
  }

  /** Whether this object has ever found the key of an id. For `undefined`: whether it has found any key. */
  hadKey(id: UserId | undefined): boolean {
    return this.#ownKeys.had(id);
  }

  /** Aborts all pending requests. */
  close(): void {
    this.#end.abort();
  }

  /**
   * Sends REG, ADD or DEL, and resolves with the reply. Rejects with a {@link ClientError} if nothing was
   * sent, or with an error of the network whose message says why there is no reply.
   */
  async request(op: Change['op'], ids: readonly string[], signal: AbortSignal): Promise<ServerReply> {
    const [id] = ids.map(parseId);
    if (id !== undefined) this.server.beginWith(id);
    if (op === 'REG') return this.#register(id, ids, signal);
    const request = encodeRequest(op, ...ids);
    const server = await this.#identify();
    if (server.keeps !== 'keys') {
      const reply = await this.#askInClear(request, signal);
      // A server without keys denies a request only because of a ban. So this server may keep keys by now.
      if (replyCode(reply.line) === DENIED) await this.#identify({ asksAgain: true }).catch(() => {});
      return reply;
    }
    if (id === undefined) return (await server.ask(stranger(), request, { signal })).reply;
    await this.assertUsable(id);
    return (await server.askFor(id, this.#ownKeys.of(id) ?? stranger(), request, { signal })).reply;
  }

  /**
   * Finds what this machine holds for an id. Asks the server about the id only if the registration of the id
   * was not confirmed. Reads the files again, because other processes change them too. Never rejects.
   */
  async prepare(id: UserId): Promise<Standing> {
    this.server.beginWith(id);
    try {
      const server = await this.#identifyFor(id);
      if (server.keeps !== 'keys') return NOTHING;
      const held = await this.#ownKeys.read(id, server);
      return held === undefined ? NOTHING : { holds: 'key', remindsOfWords: held.hasSeed };
    } catch (error) {
      return standingOf(error);
    }
  }

  /**
   * Like {@link prepare}. If no key of the id is here, also asks the server whether the id has a key. If the
   * server does not answer this question, returns what {@link prepare} returned: the server itself decides
   * what an id without a key may do. Never rejects.
   */
  async standing(id: UserId): Promise<Standing> {
    const prepared = await this.prepare(id);
    if (prepared.holds !== 'nothing') return prepared;
    try {
      const server = await this.#identify();
      if (server.keeps !== 'keys') return NOTHING;
      const answer = await this.#who(id, server);
      return answer.says === 'key' ? { holds: 'no-key' } : NOTHING;
    } catch (error) {
      return error instanceof ClientError && error.code === 'server.changed' ? standingOf(error) : NOTHING;
    }
  }

  /**
   * Like {@link standing}, for a user who signs in. `isNewlyKeyless` is set if the client must tell the user
   * that the server keeps no keys. If the server has refused the device of this machine as revoked, the
   * result is `no-key`, so that the user can type the words.
   */
  async checkSignIn(id: UserId): Promise<SignInCheck> {
    const standing = await this.standing(id);
    if (standing.holds === 'key' && this.#revoked.get(id) === this.credentialsOf(id)?.device.serial)
      return { holds: 'no-key', isRevoked: true };
    const isNewlyKeyless = standing.holds === 'nothing' && this.#identification.reportNewlyKeyless();
    return isNewlyKeyless ? { holds: 'nothing', isNewlyKeyless: true } : standing;
  }

  /** Rejects with a {@link ClientError} if the id has a key that this machine cannot use. */
  async assertUsable(id: UserId): Promise<void> {
    const standing = await this.standing(id);
    if (standing.holds === 'no-key') throw missingError(id);
    if (standing.holds === 'unknown') throw new ClientError(standing.code, standing.reason);
  }

  /** What the server says about the key of an id. An answer is reused for 60 s. Never rejects. */
  async who(id: UserId): Promise<WhoAnswer> {
    try {
      const server = await this.#identify();
      if (server.keeps === 'no-keys') return { says: 'keyless-server' };
      return server.keeps === 'keys' ? await this.#who(id, server) : { says: 'nothing' };
    } catch {
      return { says: 'nothing' };
    }
  }

  /**
   * Opens a session for a user whose key is here.
   *
   * @param at The server at which to log in. The datagrams of the session must go to the same address.
   */
  async logIn(id: UserId, mode: LoginMode, at: LocatedServer, signal: AbortSignal): Promise<Login> {
    try {
      const server = await this.#identify();
      const held = server.keeps === 'keys' ? await this.#ownKeys.read(id, server) : undefined;
      if (server.keeps !== 'keys' || held === undefined) return { outcome: 'no-key' };
      const request = encodeLogin(id, mode);
      const { reply, seal } = await server.askFor(id, held, request, { signal, at });
      const session = parseLoginReply(reply.line);
      if (session !== undefined && seal !== undefined) return { outcome: 'open', session, seal };
      const ban = parseBanReply(reply.line);
      if (ban !== undefined) return { outcome: 'banned', ban };
      return { outcome: LOGIN_OUTCOMES[replyCode(reply.line) ?? 0] ?? 'busy' };
    } catch (error) {
      const outcome = loginOutcomeOf(error);
      const serial = this.credentialsOf(id)?.device.serial;
      if (outcome === 'revoked' && serial !== undefined) this.#revoked.set(id, serial);
      return { outcome };
    }
  }

  /**
   * Brings the key of an id back to this machine, with the 24 words that the user has typed: makes a new
   * device, and stores it durably.
   */
  async restore(id: UserId, typed: string): Promise<Restored> {
    const identity = Identity.fromWords(typed);
    if ('problem' in identity) return refused(problemText(identity));
    try {
      const server = await this.#identify();
      if (server.keeps !== 'keys') return refused('this server keeps no keys');
      const newest = await server.newestDevice(id);
      if (newest === 'unregistered') return refused(`${id} is not registered with this server`);
      if (newest === 'open') return refused(`${id} has no key at this server`);
      if (newest.identity !== identity.key)
        return refused(`these are the words of another key than that of ${id}`);
      const failed = await this.#ownKeys.restore({ id, server: server.name }, identity, newest);
      if (failed !== undefined) return refused(`the key cannot be stored: ${failed.reason}`);
      this.#answers.forget(id);
      return { restored: true };
    } catch (error) {
      return refused((error as Error).message);
    }
  }

  /** The 24 words of an id whose user has not copied them yet: a secret. */
  async words(id: UserId): Promise<readonly string[] | undefined> {
    const server = await this.#identification.known();
    if (server?.keeps !== 'keys') return undefined;
    const identity = await this.#keyring.identity({ id, server: server.name });
    return isFailed(identity) ? undefined : identity?.toWords();
  }

  /** Removes the seed of an id from this machine, because the user has copied the words. */
  async dropSeed(id: UserId): Promise<void> {
    const server = await this.#identification.known();
    const held = this.#ownKeys.of(id);
    if (server?.keeps !== 'keys' || held === undefined) return;
    await this.#keyring.dropSeed({ id, server: server.name }, held.identity);
  }

  async #identify(options?: { readonly asksAgain: boolean }): Promise<IdentifiedServer> {
    // Without keys there is nothing to seal, so the client does not even ask whether the server keeps keys.
    if (!this.#keys && !(await this.#keyring.holdsAny()))
      return { keeps: 'no-keys', name: keylessName(this.server) };
    const server = await this.#identification.identify(options);
    if (server.keeps !== 'unknown') this.#serverName = server.name;
    return server;
  }

  /**
   * Identifies the server. If a key of the id is here, asks a server without keys again: it may keep keys by
   * now.
   */
  async #identifyFor(id: UserId): Promise<IdentifiedServer> {
    const server = await this.#identify();
    if (server.keeps !== 'no-keys' || !(await this.#keyring.holds(id))) return server;
    return this.#identify({ asksAgain: true });
  }

  async #register(id: UserId | undefined, ids: readonly string[], signal: AbortSignal): Promise<ServerReply> {
    const request = encodeRequest('REG', ...ids);
    const server = await this.#identify({ asksAgain: this.#keys });
    if (server.keeps === 'unknown' && this.#keys) {
      if (server.reply !== undefined) return server.reply;
      throw new ClientError('server.busy', `${server.reason}. ${REGISTER_IN_CLEAR}`);
    }
    if (server.keeps !== 'keys') {
      const reply = await this.#askInClear(request, signal);
      return this.#keys && this.#identification.reportNewlyKeyless()
        ? withRegistration(reply, { with: 'nothing', why: 'keyless-server' })
        : reply;
    }
    if (id === undefined) return (await server.ask(stranger(), request, { signal })).reply;
    if (!this.#keys) return this.#registerInClear(id, server, request, signal);
    this.#answers.forget(id);
    const registered = await this.#ownKeys.register(id, server, signal);
    if (!isFailed(registered)) return registered;
    const reply = await this.#registerInClear(id, server, request, signal);
    return withRegistration(reply, {
      with: 'nothing',
      why: 'not-stored',
      reason: toDisplayText(registered.reason),
    });
  }

  /** Registers an id without a key. First makes the server prove that it is the known server. */
  async #registerInClear(
    id: UserId,
    server: KeyedServer,
    request: string,
    signal: AbortSignal,
  ): Promise<ServerReply> {
    await server.who(id);
    return this.#askInClear(request, signal);
  }

  #askInClear(request: string, signal: AbortSignal): Promise<ServerReply> {
    return this.server.ask(request, AbortSignal.any([signal, this.#end.signal]));
  }

  /** What the server says about the key of an id. Rejects with an error of the network. */
  #who(id: UserId, server: KeyedServer): Promise<WhoAnswer> {
    return this.#answers.find(id, async () => {
      const answer = whoAnswerIn(await server.who(id));
      // Such a high floor would revoke every device that the user can make, so the answer is not valid.
      const isAbsurd = answer.says === 'key' && isAbsurdSerial(answer.floor, this.#now());
      return isAbsurd ? { says: 'nothing' } : answer;
    });
  }
}

const DENIED = 204;

const NOTHING: Standing = { holds: 'nothing' };

const REGISTER_IN_CLEAR =
  'The server did not say whether it keeps keys: to register without a key, start with --clear';

/** The meanings of the replies to LOG that open no session. Other replies count as busy. */
const LOGIN_OUTCOMES: Readonly<Record<number, OtherOutcome>> = {
  202: 'unregistered',
  204: 'denied',
  207: 'elsewhere',
};

/** The data directory of the user who runs this program; `undefined` without a home. */
export function defaultDataRoot(): string | undefined {
  return dataDirectory(process.env);
}

function withRegistration(reply: ServerReply, registration: Registration): ServerReply {
  return reply.done ? { ...reply, registration } : reply;
}

function refused(reason: string): Restored {
  return { restored: false, reason: toDisplayText(reason) };
}

/** What is reported as held for an id if an error occurred. After an error of the network: `nothing`. */
function standingOf(error: unknown): Standing {
  if (!(error instanceof ClientError)) return NOTHING;
  return { holds: 'unknown', code: error.code, reason: toDisplayText(error.message) };
}

function loginOutcomeOf(error: unknown): OtherOutcome {
  if (error instanceof ClientError) return ERROR_OUTCOMES[error.code] ?? 'no-key';
  return error instanceof UnansweredError ? 'lost' : 'unreachable';
}

const ERROR_OUTCOMES: Readonly<Partial<Record<ClientErrorCode, OtherOutcome>>> = {
  'server.busy': 'busy',
  'server.changed': 'changed',
  'key.revoked': 'revoked',
};
