/**
 * Reads a socket a chunk at a time: after each, everything else has its turn. A buddy who floods must not keep its user
 * from typing, and Node.js would read on for as long as there is something.
 */

import type { Socket } from 'node:net';

export class Reading {
  readonly #socket: Socket;
  #isHeld = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Reads no more until {@link release}. */
  hold(): void {
    this.#isHeld = true;
    this.#socket.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#socket.resume();
  }

  /** Lets everything else have its turn before the next chunk. */
  rest(): void {
    this.#socket.pause();
    setImmediate(() => {
      if (!this.#isHeld && !this.#socket.destroyed) this.#socket.resume();
    });
  }
}
