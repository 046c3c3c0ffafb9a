/**
 * A client of several servers: each request goes to a random one.
 */

import type { UserId } from '../../../protocol/id.js';
import type { Random } from '../../helpers/random.js';
import { ClearWire, type Wire } from '../wire.js';

/**
 * Longest wait for a reply, in milliseconds. Longer than any server is frozen: a request that its client gave
 * up could have an effect after later ones.
 */
export const PATIENCE_MS = 120_000;

export class RandomWire implements Wire {
  readonly #random: Random;
  readonly #wires: readonly Wire[];

  constructor(ports: readonly number[], random: Random) {
    this.#random = random;
    this.#wires = ports.map((port) => new ClearWire(port, PATIENCE_MS));
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
    for (const wire of this.#wires) wire.close();
  }

  get #any(): Wire {
    return this.#random.pick(this.#wires);
  }
}
