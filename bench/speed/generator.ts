/**
 * The load generator, as those see it who give it jobs.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './load.js';
import { LOAD_CORE, spawnOn } from './subject.js';

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));

export class Generator {
  readonly #child: ChildProcess = spawnOn(LOAD_CORE, [LOAD]);

  async run(job: Job): Promise<Outcome> {
    this.#child.send(job);
    const [outcome] = (await once(this.#child, 'message')) as [Outcome];
    return outcome;
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
