/**
 * Starts the process of the load generator, and gives it jobs.
 */

import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './load.js';
import { LOAD_CORE, Worker } from './worker.js';

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));

export class Generator {
  readonly #worker = new Worker([LOAD], { core: LOAD_CORE });

  run(job: Job): Promise<Outcome> {
    return this.#worker.ask(job);
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}
