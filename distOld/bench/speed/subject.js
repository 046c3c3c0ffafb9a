/**
 * A process that is measured: our server or a bare one, on a core of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
/** The cores of those who are measured, and of those who load them. */
const SUBJECT_CORE = 0;
export const LOAD_CORE = 1;
/** Without a second core they share one, and hinder each other. */
export const HAS_TWO_CORES = process.platform === 'linux' && availableParallelism() >= 2;
const PROBE = new URL('./probe.js', import.meta.url).href;
const SERVER = fileURLToPath(new URL('../../../bin/im-server', import.meta.url));
const BARE = fileURLToPath(new URL('./bare.js', import.meta.url));
/** Starts a program of ours under Node.js on a core, with an IPC channel, and its standard output to be read. */
export function spawnOn(core, args) {
    const command = HAS_TWO_CORES ? ['taskset', '--cpu-list', String(core)] : [];
    const [program, ...rest] = [...command, process.execPath, ...args];
    return spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}
export class Subject {
    #child;
    ports;
    constructor(child, ports) {
        this.#child = child;
        this.ports = ports;
    }
    /** Starts our server on a data directory. */
    static server(directory) {
        const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--log-level', 'error'];
        return Subject.#start([SERVER, ...args, '--data', directory]);
    }
    static bareTcp() {
        return Subject.#start([BARE, 'tcp']);
    }
    /** @param bytes The size of its answers; 0 for none. */
    static bareUdp(bytes) {
        return Subject.#start([BARE, 'udp', String(bytes)]);
    }
    static async #start(args) {
        const child = spawnOn(SUBJECT_CORE, ['--import', PROBE, ...args]);
        const ended = once(child, 'exit').then(([code]) => {
            throw new Error(`${args.join(' ')} ended with ${code}`);
        });
        ended.catch(() => { }); // it does, in the end
        const [ready] = (await Promise.race([once(child.stdout, 'data'), ended]));
        const portOf = (name) => Number(new RegExp(`${name}=(?:[^ ]*:)?(\\d+)`).exec(ready.toString())?.[1]);
        const port = portOf('port');
        return new Subject(child, port > 0 ? { tcp: port, udp: port } : { tcp: portOf('tcp'), udp: portOf('udp') });
    }
    /** What it has cost until now. */
    async sample() {
        this.#child.send({});
        const [sample] = (await once(this.#child, 'message'));
        return sample;
    }
    async stop() {
        this.#child.kill();
        await once(this.#child, 'exit');
    }
}
