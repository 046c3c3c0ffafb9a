/**
 * Network addresses and ports as text.
 */

/** The highest TCP and UDP port. */
export const MAX_PORT = 65_535;

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Parses a decimal port, 0 to 65535. Returns `undefined` for anything else. */
export function parsePort(token: string | undefined): number | undefined {
  if (token === undefined || !/^\d{1,5}$/.test(token)) return undefined;
  const port = Number(token);
  return port <= MAX_PORT ? port : undefined;
}

/** Splits the text of the option `--server` at its commas. Drops empty parts and duplicates. */
export function parseHosts(text: string): readonly string[] {
  if (!text.includes(',')) return [text];
  const hosts = text.split(',').map((host) => host.trim());
  const named = [...new Set(hosts.filter((host) => host !== ''))];
  return named.length === 0 ? [text] : named;
}

/** Converts an IPv4-mapped IPv6 address (`::ffff:192.0.2.7`) to IPv4. Returns any other address unchanged. */
export function plainAddress(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}

/** Whether an address, as the operating system writes it, is a loopback address. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || /^::ffff:127\./i.test(address);
}

/**
 * Packs an IPv4 address in dotted decimal, as the operating system writes it, into a number. Returns
 * `undefined` for any other address.
 */
export function packIpv4(address: string): number | undefined {
  let packed = 0;
  let part = 0;
  let parts = 1;
  for (let index = 0; index < address.length; index++) {
    const character = address.charCodeAt(index);
    if (character === DOT) {
      packed = packed * 256 + part;
      part = 0;
      parts += 1;
    } else if (character >= ZERO && character <= NINE) {
      part = part * 10 + character - ZERO;
    } else {
      return undefined;
    }
  }
  return parts === 4 ? packed * 256 + part : undefined;
}

/** The IPv4 address that {@link packIpv4} packed. */
export function unpackIpv4(packed: number): string {
  return [24, 16, 8, 0].map((shift) => (packed >>> shift) & 0xff).join('.');
}

/**
 * Returns the network that belongs to a single client: the whole IPv4 address, or the first 64 bits of an
 * IPv6 address (a client can usually use every address in its /64). Use the text only for comparison.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  // Fast path: most addresses have four groups before any `::`.
  const short = plain.indexOf('::');
  let end = -1;
  for (let colons = 0; colons < 4; colons++) end = plain.indexOf(':', end + 1);
  if (end !== -1 && (short === -1 || short >= end)) return plain.slice(0, end);
  return groupsOf(plain).slice(0, 4).join(':');
}

/** The eight groups of an IPv6 address without a dotted part. Zeros replace a `::`. */
export function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - first.length - last.length, 0);
  return [...first, ...Array<string>(zeros).fill('0'), ...last];
}

/** Formats `host:port`, with brackets around an IPv6 host. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Parses an address sent by a server: an IP address, or a host name, which some servers send.
 *
 * @returns The address, which is safe to show, or `undefined` if the token cannot be an address.
 */
export function parseAddress(token: string | undefined): string | undefined {
  return token !== undefined && /^(?:[A-Za-z0-9]|::)[A-Za-z0-9.:%-]{0,254}$/.test(token) ? token : undefined;
}
