/**
 * A client of several servers. Each request goes to a random server.
 */

import type { UserId } from '../../../protocol/id.js';
import { ClearWire, type Wire } from '../wire.js';

/**
 * Longest wait for a reply, in milliseconds. No server stays frozen for that long. If a client gave up too
 * early, a frozen server could still carry out the request after the client's later requests.
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
