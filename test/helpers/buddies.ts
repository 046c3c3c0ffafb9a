/**
 * Servers with users who are each other's buddies, and functions that tests use with these servers.
 */

import type { ExecutionContext } from 'ava';
import { ask, PresenceClient } from './network.js';
import { serve } from './server.js';

/** The ports of a server. */
export interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

/** A server on which alice, bob and carl are registered, and alice and bob are each other's buddies. */
export async function withBuddies(t: ExecutionContext): Promise<Ports> {
  const server = await serve(t);
  for (const request of ['REG alice', 'REG bob', 'REG carl', 'ADD alice bob', 'ADD bob alice'])
    await ask(server.tcp, `${request}\n`);
  return server;
}

/** Announces the port on which a user takes calls, and waits until the server knows this port. */
export async function announce(
  t: ExecutionContext,
  { udp }: Pick<Ports, 'udp'>,
  id: string,
  port: number,
): Promise<void> {
  const presence = await PresenceClient.open(t, udp);
  presence.send(`SET ${id} 100 ONLINE ${port}`);
  await presence.ask(`GET ${id}`);
}

/** Waits for the first item of an iterable, such as the first incoming call, and returns it. */
export async function first<TItem>(items: AsyncIterable<TItem>): Promise<TItem> {
  for await (const item of items) return item;
  throw new Error('nothing came');
}
