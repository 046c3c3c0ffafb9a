/**
 * A measured process: our server or a bare server, on the core for measured processes.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sample } from './probe.js';
import { SUBJECT_CORE, Worker } from './worker.js';

const PROBE = new URL('./probe.js', import.meta.url).href;
const SERVER = fileURLToPath(new URL('../../../bin/im-server', import.meta.url));
const FREE_PORTS = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
const SERVER_ON_FREE_PORTS = [SERVER, ...FREE_PORTS, '--log-level', 'error'];
const BARE = fileURLToPath(new URL('./bare.js', import.meta.url));

export interface Ports {
  readonly tcp: number;
  readonly udp: number;
  /** The port of the metrics; `NaN` without `--metrics`. */
  readonly http: number;
}

export class Subject {
  readonly #worker: Worker;
  readonly ports: Ports;
  /** The standard error of a server with an inspector, up to its readiness; empty for other processes. */
  readonly notice: string;

  private constructor(worker: Worker, ports: Ports, notice: string) {
    this.#worker = worker;
    this.ports = ports;
    this.notice = notice;
  }

  /** Starts our server on a data directory. */
  static server(directory: string, ...options: readonly string[]): Promise<Subject> {
    return Subject.#start([...SERVER_ON_FREE_PORTS, '--data', directory, ...options]);
  }

  /** Starts our server on a directory in PostgreSQL. */
  static sharing(url: string): Promise<Subject> {
    return Subject.#start([...SERVER_ON_FREE_PORTS, '--directory', url, '--warm-up', '0']);
  }

  /** Starts our server with an inspector. */
  static inspectedServer(directory: string): Promise<Subject> {
    return Subject.#start([...SERVER_ON_FREE_PORTS, '--data', directory, '--inspect', '0'], true);
  }

  static bareTcp(): Promise<Subject> {
    return Subject.#start([BARE, 'tcp']);
  }

  /** @param bytes The size of the answers; 0 for none. */
  static bareUdp(bytes: number): Promise<Subject> {
    return Subject.#start([BARE, 'udp', String(bytes)]);
  }

  static async #start(args: readonly string[], hasErrorOutput = false): Promise<Subject> {
    const worker = new Worker(['--import', PROBE, ...args], { core: SUBJECT_CORE, hasErrorOutput });
    let notice = '';
    worker.process.stderr?.on('data', (bytes: Buffer) => {
      notice += bytes;
    });
    try {
      const printed = once(worker.process.stdout as NodeJS.ReadableStream, 'data');
      const [ready] = (await worker.orExit(printed)) as [Buffer];
      const portOf = (name: string) =>
        Number(new RegExp(`${name}=(?:[^ ]*:)?(\\d+)`).exec(ready.toString())?.[1]);
      const port = portOf('port');
      const http = portOf('metrics');
      const ports =
        port > 0 ? { tcp: port, udp: port, http } : { tcp: portOf('tcp'), udp: portOf('udp'), http };
      return new Subject(worker, ports, notice);
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** The resources that the process has used so far. */
  sample(): Promise<Sample> {
    return this.#worker.ask({});
  }

  /** How many datagrams the kernel has dropped because the receive buffer was full; 0 if unknown. */
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
