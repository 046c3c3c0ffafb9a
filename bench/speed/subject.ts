/**
 * A process that is measured: our server or a bare one, on a core of its own.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sample } from './probe.js';
import { SUBJECT_CORE, Worker } from './worker.js';

const PROBE = new URL('./probe.js', import.meta.url).href;
const SERVER = fileURLToPath(new URL('../../../bin/im-server', import.meta.url));
const BARE = fileURLToPath(new URL('./bare.js', import.meta.url));

export interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

export class Subject {
  readonly #worker: Worker;
  readonly ports: Ports;

  private constructor(worker: Worker, ports: Ports) {
    this.#worker = worker;
    this.ports = ports;
  }

  /** Starts our server on a data directory. */
  static server(directory: string): Promise<Subject> {
    const args = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0', '--log-level', 'error'];
    return Subject.#start([SERVER, ...args, '--data', directory]);
  }

  static bareTcp(): Promise<Subject> {
    return Subject.#start([BARE, 'tcp']);
  }

  /** @param bytes The size of its answers; 0 for none. */
  static bareUdp(bytes: number): Promise<Subject> {
    return Subject.#start([BARE, 'udp', String(bytes)]);
  }

  static async #start(args: readonly string[]): Promise<Subject> {
    const worker = new Worker(['--import', PROBE, ...args], { core: SUBJECT_CORE });
    try {
      const said = once(worker.process.stdout as NodeJS.ReadableStream, 'data');
      const [ready] = (await worker.orExit(said)) as [Buffer];
      const portOf = (name: string) =>
        Number(new RegExp(`${name}=(?:[^ ]*:)?(\\d+)`).exec(ready.toString())?.[1]);
      const port = portOf('port');
      const ports = port > 0 ? { tcp: port, udp: port } : { tcp: portOf('tcp'), udp: portOf('udp') };
      return new Subject(worker, ports);
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** What it has cost until now. */
  sample(): Promise<Sample> {
    return this.#worker.ask({});
  }

  /** How many datagrams the kernel dropped until now, for want of room; 0 where it does not tell. */
  async drops(): Promise<number> {
    const table = await readFile('/proc/net/udp', 'latin1').catch(() => '');
    const port = this.ports.udp.toString(16).toUpperCase().padStart(4, '0');
    const line = table.split('\n').find((each) => each.trim().split(/\s+/)[1]?.endsWith(`:${port}`));
    return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}
