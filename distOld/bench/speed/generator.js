/**
 * The load generator, as those see it who give it jobs.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, spawnOn } from './subject.js';
const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));
export class Generator {
    #child = spawnOn(LOAD_CORE, [LOAD]);
    async run(job) {
        this.#child.send(job);
        const [outcome] = (await once(this.#child, 'message'));
        return outcome;
    }
    async stop() {
        this.#child.kill();
        await once(this.#child, 'exit');
    }
}
