/**
 * The built programs as real processes, with pipes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
/** Longest wait for a program to print what is expected, in milliseconds. */
const OUTPUT_TIMEOUT_MS = 20_000;
/** The path of a program of this project. */
export function programPath(name) {
    return resolve('bin', name);
}
/** A directory that is removed after the test. */
export async function temporaryDirectory(t) {
    const directory = await mkdtemp(join(tmpdir(), 'im-test-'));
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    return directory;
}
/** A process whose output can be waited for. */
export class Program {
    process;
    exited;
    stdout = '';
    stderr = '';
    #seen = 0;
    /** Starts a program; it is killed after the test if it has not ended. */
    constructor(t, name, ...args) {
        this.process = spawn(process.execPath, [programPath(name), ...args]);
        this.exited = once(this.process, 'close').then(([code]) => code);
        this.process.stdout?.on('data', (chunk) => {
            this.stdout += chunk;
        });
        this.process.stderr?.on('data', (chunk) => {
            this.stderr += chunk;
        });
        t.teardown(async () => {
            this.process.kill('SIGKILL');
            await this.exited;
        });
    }
    write(text) {
        this.process.stdin?.write(text);
    }
    /** Waits until text comes out that was not yet waited for, and returns the match. */
    async expect(pattern) {
        const expression = typeof pattern === 'string' ? new RegExp(literally(pattern)) : pattern;
        const deadline = AbortSignal.timeout(OUTPUT_TIMEOUT_MS);
        for (;;) {
            const match = this.stdout.slice(this.#seen).match(expression);
            if (match?.index !== undefined) {
                this.#seen += match.index + match[0].length;
                return match;
            }
            await once(this.process.stdout, 'data', { signal: deadline }).catch(() => {
                throw new Error(`no ${expression} in ${JSON.stringify(this.stdout.slice(this.#seen))}, stderr: ${this.stderr}`);
            });
        }
    }
    /** Waits for a prompt or line, then answers it with a line. */
    async answer(pattern, line) {
        await this.expect(pattern);
        this.write(`${line}\n`);
    }
}
function literally(text) {
    return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
/** Starts im-server on free ports, or on those in `args`. */
export async function startServerProgram(t, directory, ...args) {
    const defaults = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--data', directory];
    const program = new Program(t, 'im-server', ...defaults, ...args);
    const [, tcp, udp] = await program.expect(/^im-server ready tcp=\S*:(\d+) udp=\S*:(\d+) data=.*\n/);
    return { program, tcp: Number(tcp), udp: Number(udp) };
}
