/**
 * Decides which of several servers of one directory the client uses. The servers come from `--server a,b,c`,
 * or from a name with several addresses. All functions are pure; actors/client/chosen-server.ts looks up the
 * names, and connects.
 *
 * The first server depends on a hash of the user's id, which spreads the users over the servers. The client
 * stays with this server until the server refuses a connection, does not answer over TCP in time, or leaves
 * two rounds of datagrams unanswered. The client then moves on to the next server.
 *
 * If a name has IPv4 addresses, only these count as servers, because the IPv6 addresses of the name usually
 * belong to the same machines. If a name has no IPv4 address, its IPv6 addresses count.
 */

/**
 * After this many rounds of datagrams without an answer, the client moves on. A round ends at each beat, and
 * when a query is overdue.
 */
export const UNANSWERED_ROUNDS = 2;

/** A server: its name or address as the user wrote it, and its address, once the name was looked up. */
export interface Place {
  readonly host: string;
  readonly address?: string | undefined;
}

export interface ServerChoice {
  /** The servers as the user wrote them, in the order in which they are tried. */
  readonly hosts: readonly string[];
  /** A number that depends on the user's id, and selects the first address of a name. */
  readonly spread: number;
  /** The index of the current host. */
  readonly host: number;
  /** The addresses of the current host, in the order in which they are tried. Empty until it is looked up. */
  readonly addresses: readonly string[];
  readonly address: string | undefined;
  /** True while a datagram that was sent to the current server is not answered. */
  readonly awaitsAnswer: boolean;
  /** Rounds in a row without an answer from the current server. */
  readonly unanswered: number;
  /** How many times the client has moved away from a host since a server last answered. */
  readonly left: number;
}

/** An address of a name. */
export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** The first choice of a user. */
export function firstChoice(hosts: readonly string[], id: string): ServerChoice {
  const hash = hashOf(id);
  const first = hash % hosts.length;
  return {
    hosts: [...hosts.slice(first), ...hosts.slice(0, first)],
    spread: Math.floor(hash / hosts.length),
    host: 0,
    addresses: [],
    address: undefined,
    awaitsAnswer: false,
    unanswered: 0,
    left: 0,
  };
}

export function currentPlace({ hosts, host, address }: ServerChoice): Place {
  return { host: hosts[host] as string, address };
}

/** Whether there is another server to move on to. */
export function hasOthers({ hosts, addresses }: ServerChoice): boolean {
  return hosts.length > 1 || addresses.length > 1;
}

/** Whether a server is still the current one. If there is only one server, it always is. */
export function isCurrent(choice: ServerChoice, place: Place): boolean {
  if (!hasOthers(choice)) return true;
  const { host, address } = currentPlace(choice);
  if (host !== place.host) return false;
  return address === undefined || place.address === undefined || address === place.address;
}

/** Whether the client has moved away from every host since a server last answered. */
export function isLapOver({ hosts, left }: ServerChoice): boolean {
  return left >= hosts.length;
}

/** Selects the addresses of a name that count as servers, in the order in which the client tries them. */
export function addressesOf(choice: ServerChoice, found: readonly FoundAddress[]): readonly string[] {
  const family = found.some((one) => one.family === 4) ? 4 : 6;
  const addresses = found.filter((one) => one.family === family).map(({ address }) => address);
  const distinct = [...new Set(addresses)];
  if (distinct.length < 2) return distinct;
  // A name server may give the addresses in a different order each time.
  const sorted = distinct.toSorted();
  const first = choice.spread % sorted.length;
  return [...sorted.slice(first), ...sorted.slice(0, first)];
}

/** The choice after a look-up of the current host. Keeps the current address if the host still has it. */
export function afterLookup(
  choice: ServerChoice,
  host: string,
  found: readonly FoundAddress[],
): ServerChoice {
  if (host !== currentPlace(choice).host) return choice;
  const addresses = addressesOf(choice, found);
  const stays = choice.address !== undefined && addresses.includes(choice.address);
  return { ...choice, addresses, address: stays ? choice.address : addresses[0] };
}

/** The choice after a connection to an address. If earlier addresses refused, this one becomes current. */
export function afterConnection(choice: ServerChoice, { host, address }: Place): ServerChoice {
  const isUnmoved = address === undefined || address === choice.address;
  if (isUnmoved || host !== currentPlace(choice).host || !choice.addresses.includes(address)) return choice;
  return { ...choice, address, ...FRESH };
}

/**
 * The server that a connection led to, for {@link afterRefusal}. If its address is not among the addresses of
 * the choice, all of those have already refused. The result is then the whole host.
 */
export function connectedPlace(choice: ServerChoice, { host, address = '' }: Place): Place {
  return choice.addresses.includes(address) ? { host, address } : { host };
}

/**
 * The choice after a server refused a connection, or did not answer over TCP in time. If `place` has no
 * address, all addresses of the host refused. Two requests may fail at once: if the client has already moved
 * on from this server, the choice stays the same.
 */
export function afterRefusal(choice: ServerChoice, place: Place): ServerChoice {
  if (!hasOthers(choice) || !isCurrent(choice, place)) return choice;
  if (place.address !== undefined) return moveOn(choice);
  return choice.hosts.length > 1 ? leaveHost(choice) : choice;
}

/** The choice after a datagram was sent to the current server. */
export function afterDatagram(choice: ServerChoice): ServerChoice {
  return choice.awaitsAnswer ? choice : { ...choice, awaitsAnswer: true };
}

/** The choice after the current server has answered a datagram. */
export function afterAnswer(choice: ServerChoice): ServerChoice {
  return { ...choice, ...FRESH, left: 0 };
}

/** The choice at the end of a round. Moves on if this and the previous round got no answer. */
export function afterRound(choice: ServerChoice): ServerChoice {
  if (!choice.awaitsAnswer) return choice;
  const unanswered = choice.unanswered + 1;
  if (unanswered < UNANSWERED_ROUNDS || !hasOthers(choice))
    return { ...choice, awaitsAnswer: false, unanswered: Math.min(unanswered, UNANSWERED_ROUNDS) };
  return moveOn(choice);
}

const FRESH = { awaitsAnswer: false, unanswered: 0 } as const;

/** Moves on to the next address of the host, or to the next host. */
function moveOn(choice: ServerChoice): ServerChoice {
  const { addresses, address } = choice;
  const next = address === undefined ? undefined : addresses[addresses.indexOf(address) + 1];
  return next === undefined ? leaveHost(choice) : { ...choice, address: next, ...FRESH };
}

function leaveHost(choice: ServerChoice): ServerChoice {
  return {
    ...choice,
    host: (choice.host + 1) % choice.hosts.length,
    // The addresses of the only host are known already.
    ...(choice.hosts.length > 1 ? { addresses: [], address: undefined } : { address: choice.addresses[0] }),
    ...FRESH,
    left: Math.min(choice.left + 1, choice.hosts.length),
  };
}

/** FNV-1a, 32 bits. The hash is the same on every machine, so an id always begins at the same server. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++)
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
