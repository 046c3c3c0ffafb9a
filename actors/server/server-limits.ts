/**
 * The limits of a server. The operator can change them while the server runs. A new limit applies only to
 * later requests: it ends no connection, and takes back nothing that was granted before.
 */

import {
  HANDSHAKE_LIMITS,
  HandshakeBudget,
  type HandshakeLimits,
} from '../../machines/server/handshake-budget.js';
import {
  ANSWER_BYTES,
  CHANGES,
  DATAGRAMS,
  Quota,
  type Rate,
  REGISTRATIONS,
} from '../../machines/server/quota.js';
import { MAX_USERS } from '../../storage/store.js';

/** The default maximum number of TCP connections at once. Beyond the maximum, the server replies 206. */
export const MAX_CONNECTIONS = 15_000;

/**
 * The fraction of the maximum number of connections that one address may have, by default. If several
 * addresses together use all connections, a client from an address with few connections can still connect:
 * the server closes an old connection of the address that has the most, if one has no request in progress.
 */
const ADDRESS_PART = 0.8;

/** How long the id of a removed user stays reserved, by default, in days. */
export const RESERVE_DAYS = 30;

const DAY_MS = 86_400_000;

export interface LimitSettings {
  /** The maximum number of TCP connections at once; default {@link MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /**
   * The maximum number of TCP connections at once from one address (IPv6: one /64); default: 80 % of
   * `maxConnections`.
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * The maximum number of users and reserved ids together. Beyond it, the reply to a REG is 206. Default: the
   * limit of the store.
   */
  readonly maxUsers?: number;
  /** How long the id of a removed user stays reserved, in days; default {@link RESERVE_DAYS}. */
  readonly reserveDays?: number;
  /** Limit on the REG and REM requests of one source; default {@link REGISTRATIONS}. */
  readonly registrations?: Rate;
  /** Limit on the ADD, DEL and LOG requests of one source; default {@link CHANGES}. */
  readonly changes?: Rate;
  /** Limit on the datagrams of one source; default {@link DATAGRAMS}. */
  readonly datagrams?: Rate;
  /** Limit on the bytes of buddy lists that one source receives; default {@link ANSWER_BYTES}. */
  readonly answerBytes?: Rate;
  /** Limits on TLS handshakes; default {@link HANDSHAKE_LIMITS}. */
  readonly handshakeLimits?: HandshakeLimits;
}

export class ServerLimits {
  readonly registrations: Quota;
  readonly changes: Quota;
  readonly datagrams: Quota;
  readonly answerBytes: Quota;
  readonly handshakes: HandshakeBudget;
  #settings: LimitSettings;

  /** @param exemptsLoopback True to exempt programs on this machine from the limits per source. */
  constructor(settings: LimitSettings, exemptsLoopback: boolean) {
    this.#settings = settings;
    this.registrations = new Quota(settings.registrations ?? REGISTRATIONS, exemptsLoopback);
    this.changes = new Quota(settings.changes ?? CHANGES, exemptsLoopback);
    this.datagrams = new Quota(settings.datagrams ?? DATAGRAMS, exemptsLoopback);
    this.answerBytes = new Quota(settings.answerBytes ?? ANSWER_BYTES, exemptsLoopback);
    this.handshakes = new HandshakeBudget(settings.handshakeLimits ?? HANDSHAKE_LIMITS, exemptsLoopback);
  }

  /** Replaces all limits. A limit that is not given gets its default. */
  change(settings: LimitSettings): void {
    this.#settings = settings;
    this.registrations.change(settings.registrations ?? REGISTRATIONS);
    this.changes.change(settings.changes ?? CHANGES);
    this.datagrams.change(settings.datagrams ?? DATAGRAMS);
    this.answerBytes.change(settings.answerBytes ?? ANSWER_BYTES);
    this.handshakes.change(settings.handshakeLimits ?? HANDSHAKE_LIMITS);
  }

  get maxConnections(): number {
    return this.#settings.maxConnections ?? MAX_CONNECTIONS;
  }

  get maxConnectionsPerAddress(): number {
    return this.#settings.maxConnectionsPerAddress ?? Math.ceil(this.maxConnections * ADDRESS_PART);
  }

  /** How long the id of a removed user stays reserved, in milliseconds. */
  get reserveMs(): number {
    return (this.#settings.reserveDays ?? RESERVE_DAYS) * DAY_MS;
  }

  get maxUsers(): number {
    return this.#settings.maxUsers ?? MAX_USERS;
  }
}
