/**
 * Chooses the server that the client uses, from one or several: looks up names, opens connections, and moves
 * on to another server by the rule in machines/client/server-choice.ts. Requests over TCP and datagrams share
 * one object of this class.
 *
 * A connection needs only one look-up of its name: Node.js does it through a function of this class.
 */

import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { connect, type LookupFunction, type Socket, SocketAddress } from 'node:net';
import type { ServerReply } from '../../machines/client/events.js';
import {
  addressesOf,
  afterAnswer,
  afterConnection,
  afterDatagram,
  afterLookup,
  afterRefusal,
  afterRound,
  connectedPlace,
  currentPlace,
  firstChoice,
  hasOthers,
  isCurrent,
  isLapOver,
  type Place,
  type ServerChoice,
} from '../../machines/client/server-choice.js';
import { hostPort, parseHosts, plainAddress } from '../../protocol/address.js';
import { ask, NoReplyError, type Route, type ServerEndpoint, UnreachedError } from './ask-server.js';

export interface ServerPorts {
  /** Name or address; several are separated by commas. */
  readonly host: string;
  readonly tcpPort: number;
  readonly udpPort: number;
}

/** A server whose address was looked up. */
export interface LocatedServer {
  readonly host: string;
  readonly address: string;
}

export interface ReachOptions {
  /** The only server that may get the request. */
  readonly at?: LocatedServer | undefined;
  /** True if the request changes nothing, so that another server may get it too. */
  readonly isHarmless?: boolean | undefined;
}

/** Looks up all addresses of a name, as `lookup` of `node:dns` does. */
type LookUp = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

export class ChosenServer {
  /** The servers, in the order in which the user wrote them. */
  readonly endpoints: readonly ServerEndpoint[];
  readonly #port: number;
  readonly #lookUp: LookUp;
  #choice: ServerChoice;
  #hasBegun = false;

  /** @param lookUp Tests pass a function that finds several addresses for a name. */
  constructor({ host, tcpPort }: Pick<ServerPorts, 'host' | 'tcpPort'>, lookUp: LookUp = lookup) {
    this.#lookUp = lookUp;
    const hosts = parseHosts(host);
    this.endpoints = hosts.map((one) => ({ host: one, port: tcpPort }));
    this.#port = tcpPort;
    this.#choice = firstChoice(hosts, '');
  }

  /** The current server. */
  get endpoint(): ServerEndpoint {
    return { host: currentPlace(this.#choice).host, port: this.#port };
  }

  /** All servers as text, for a message. */
  get name(): string {
    return this.endpoints.map(({ host, port }) => hostPort(host.toLowerCase(), port)).join(', ');
  }

  /** Whether a server, such as the server of a session, is still the current server. */
  isCurrent(place: Place): boolean {
    return isCurrent(this.#choice, place);
  }

  /** Selects the first server by an id. Later calls have no effect. */
  beginWith(id: string): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#choice = firstChoice(
      this.endpoints.map(({ host }) => host),
      id,
    );
  }

  /**
   * Sends a request to the current server. If nothing could be sent, goes on to the next server, until each
   * server was tried. Rejects with the error of the last server.
   *
   * Once a request that makes a change was sent, it is not repeated at another server: the first server may
   * have executed it, and the second server would then refuse a REG with 203. If a server does not reply in
   * time, later requests go to the next server. If a server closes the connection without a reply, later
   * requests still go to that server, because it may have refused a revoked device. If the server was killed
   * instead, it refuses the next connection, and the client then moves on.
   *
   * The client does not move on after the replies 205 and 206. The usual cause of 205 is the directory, which
   * all servers share, and a change that was answered 205 may still be made. 206 means that an address or all
   * clients together exceed a limit, and the excess would only move to the next server. Moreover, a server
   * that replies 205 or 206 still answers requests for lists and presence.
   */
  async reach<TReply>(
    send: (route: Route) => Promise<TReply>,
    { at, isHarmless = false }: ReachOptions = {},
  ): Promise<TReply> {
    const tried = new Set<string>();
    for (;;) {
      const current = currentPlace(this.#choice);
      const { host } = at ?? current;
      // Until a connection is made, the whole host counts as the server: Node.js tries all of its addresses.
      let place: Place = at ?? { host };
      const route: Route = {
        host,
        port: this.#port,
        open: () =>
          this.#connect(host, at?.address, (address) => {
            place = connectedPlace(this.#choice, { host, address });
          }),
        hasOthers: () => hasOthers(this.#choice),
      };
      try {
        return await send(route);
      } catch (error) {
        const isUnreached = error instanceof UnreachedError;
        const isUnanswered = error instanceof NoReplyError;
        const goesOn = isUnreached || (isUnanswered && isHarmless);
        if (goesOn || (isUnanswered && error.isLate)) this.leave(place);
        for (const one of [current, place]) tried.add(placeName(one));
        if (!goesOn || at !== undefined || !hasOthers(this.#choice)) throw error;
        if (tried.has(placeName(currentPlace(this.#choice)))) throw error;
      }
    }
  }

  /** Sends a request in clear: see {@link ask} and {@link reach}. */
  ask(request: string, signal: AbortSignal): Promise<ServerReply> {
    return this.reach((route) => ask(route, request, signal));
  }

  /** Moves on to the next server, unless the client has already left this one. */
  leave(place: Place): void {
    this.#choice = afterRefusal(this.#choice, place);
  }

  #connect(host: string, address = host, onConnect: (address: string) => void): Socket {
    const socket = connect({ host: address, port: this.#port, noDelay: true, lookup: this.#lookup });
    socket.once('connect', () => {
      const remote = plainAddress(socket.remoteAddress ?? '');
      this.#choice = afterConnection(this.#choice, { host, address: remote });
      onConnect(remote);
    });
    return socket;
  }

  /**
   * Looks up the current server for datagrams. If its name is not found, goes on to the next server, until
   * each server was tried. Rejects with the error of the last server.
   */
  async locate(): Promise<LocatedServer> {
    for (let tries = 1; ; tries++) {
      const { host } = this.endpoint;
      try {
        return await this.#locate(host);
      } catch (error) {
        this.leave({ host });
        if (tries >= this.endpoints.length) throw error;
      }
    }
  }

  #locate(host: string): Promise<LocatedServer> {
    return new Promise((resolve, reject) => {
      this.#lookUp(host, { order: 'ipv4first', all: true }, (error, found) => {
        if (error !== null) return reject(error);
        this.#found(host, found);
        const { host: current, address } = currentPlace(this.#choice);
        const [first] = addressesOf(this.#choice, found);
        resolve({ host, address: peerAddress((current === host && address) || (first as string)) });
      });
    });
  }

  /** Call this when a datagram was sent to the current server. */
  recordDatagram(): void {
    this.#choice = afterDatagram(this.#choice);
  }

  /** Call this when the current server has answered a datagram. */
  recordAnswer(): void {
    this.#choice = afterAnswer(this.#choice);
  }

  /**
   * Ends a round of datagrams. Returns whether the client has moved on to a server that was not tried since
   * the last answer.
   */
  endRound(): boolean {
    const before = currentPlace(this.#choice);
    this.#choice = afterRound(this.#choice);
    return !isCurrent(this.#choice, before) && !isLapOver(this.#choice);
  }

  #found(host: string, found: readonly LookupAddress[]): void {
    const plain = found.map((one) => ({ ...one, address: peerAddress(one.address) }));
    this.#choice = afterLookup(this.#choice, host, plain);
  }

  /** Looks up a name for a connection. Puts the current address of the server first. */
  readonly #lookup: LookupFunction = (host, options, done) => {
    this.#lookUp(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      this.#found(host, found);
      const sorted = this.#sorted(host, found);
      const [first] = sorted;
      if (options.all) done(null, sorted);
      else done(null, first?.address as string, first?.family);
    });
  };

  /**
   * The addresses in the order in which they are tried. Addresses that do not count as servers come last:
   * IPv6 addresses, if the name has IPv4 addresses.
   */
  #sorted(host: string, found: LookupAddress[]): LookupAddress[] {
    const order = addressesOf(this.#choice, found);
    if (order.length < 2) return found;
    const { host: current, address } = currentPlace(this.#choice);
    const from = current === host ? Math.max(order.indexOf(address ?? ''), 0) : 0;
    const tried = [...order.slice(from), ...order.slice(0, from)];
    return [
      ...tried.flatMap((one) => found.filter((each) => each.address === one).slice(0, 1)),
      ...found.filter((each) => !tried.includes(each.address)),
    ];
  }
}

function placeName({ host, address = '' }: Place): string {
  return `${host} ${address}`;
}

/**
 * The source address of answers from a server at this address, in the shortest form. A server at the
 * unspecified address (`0.0.0.0` or `::`) answers from the loopback address.
 */
function peerAddress(address: string): string {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const shortest = plainAddress(new SocketAddress({ address, family }).address);
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[shortest] ?? shortest;
}
