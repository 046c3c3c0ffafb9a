/**
 * A client of several servers. Each request goes to a random server.
 */

import type { UserId } from '../../../protocol/id.js';
import { ClearWire, type Wire } from '../wire.js';

/**
 * Longest wait for a reply, in milliseconds. It is longer than any server is frozen: if a client gave up a
 * request too early, the request could take effect after later ones.
 */
export const PATIENCE_MS = 120_000;

export class RandomWire implements Wire {
  readonly #pickPort: () => number;
  readonly #wires: ReadonlyMap<number, Wire>;

  constructor(ports: readonly number[], pickPort: () => number) {
    this.#pickPort = pickPort;
    this.#wires = new Map(ports.map((port) => [port, new ClearWire(port, PATIENCE_MS)]));
  }

  request(text: string, onSent?: () => void): Promise<number | undefined> {
    return this.#any.request(text, onSent);
  }

  announce(id: UserId, callPort: number): void {
    this.#any.announce(id, callPort);
  }

  ask(id: UserId, onSent?: () => void): Promise<UserId[] | undefined> {
    return this.#any.ask(id, onSent);
  }

  close(): void {
    for (const wire of this.#wires.values()) wire.close();
  }

  get #any(): Wire {
    return this.#wires.get(this.#pickPort()) as Wire;
  }
}
