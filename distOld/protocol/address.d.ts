/**
 * Network addresses and ports as text.
 */
/** The highest TCP and UDP port. */
export declare const MAX_PORT = 65535;
/** Reads a port in decimal, 0 to 65535; `undefined` for anything else. */
export declare function parsePort(token: string | undefined): number | undefined;
/** An IPv4-mapped IPv6 address (`::ffff:192.0.2.7`) as IPv4; any other as it is. */
export declare function plainAddress(address: string): string;
/** An IPv4 address in dotted decimal, as the system writes it, as a number; `undefined` for any other address. */
export declare function packIpv4(address: string): number | undefined;
/** `host:port`, with the brackets that an IPv6 host needs. */
export declare function hostPort(host: string, port: number): string;
/**
 * Reads an address that a server gave: an IP address, or a host name as some servers send.
 *
 * @returns `undefined` for a token that no address can be; what is returned is safe to show.
 */
export declare function parseAddress(token: string | undefined): string | undefined;
