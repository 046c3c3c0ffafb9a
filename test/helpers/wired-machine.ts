/**
 * A machine of a user whose wires record every byte: the two wires to the server, and the wire for calls.
 *
 * The machine has an address of its own, 127.0.0.N. Its programs listen for calls on 127.0.0.1. The wire for
 * calls listens on the same port of 127.0.0.N, and forwards to the programs. The wires to the server come
 * from 127.0.0.N, so the server tells buddies to call 127.0.0.N. A router that forwards a port does the same.
 */

import type { ExecutionContext } from 'ava';
import { freePort } from './network.js';
import { emptyEnvironment, Program, type ServerProgram } from './programs.js';
import { TappedDatagrams, TappedWire } from './tapped-wire.js';

/** A module that makes a program listen on 127.0.0.1 only, which has the effect of a firewall. */
const LISTEN_LOCALLY = `
import { Server } from 'node:net';
const { listen } = Server.prototype;
Server.prototype.listen = function (port) { return listen.call(this, port, '127.0.0.1'); };`;

export class WiredMachine {
  /** The port on which a program of this machine must listen for calls: `--message-port`. */
  readonly messagePort: number;
  /** The wire for requests, the wire for presence, and the wire on which buddies call. */
  readonly requests: TappedWire;
  readonly presence: TappedDatagrams;
  readonly calls: TappedWire;
  readonly #t: ExecutionContext;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(
    t: ExecutionContext,
    messagePort: number,
    requests: TappedWire,
    presence: TappedDatagrams,
    calls: TappedWire,
  ) {
    this.#t = t;
    this.messagePort = messagePort;
    this.requests = requests;
    this.presence = presence;
    this.calls = calls;
    const hook = `--import=data:text/javascript,${encodeURIComponent(LISTEN_LOCALLY)}`;
    this.#environment = { ...emptyEnvironment(t), NODE_OPTIONS: hook };
  }

  /** @param address 127.0.0.N */
  static async create(t: ExecutionContext, server: ServerProgram, address: string): Promise<WiredMachine> {
    const messagePort = await freePort();
    const requests = await TappedWire.open(t, () => server.tcp, { from: address });
    const presence = await TappedDatagrams.open(t, server.udp, address);
    const calls = await TappedWire.open(t, () => messagePort, { address, port: messagePort });
    return new WiredMachine(t, messagePort, requests, presence, calls);
  }

  /** Starts a command of the client. */
  start(...args: readonly string[]): Program {
    const ports = ['--tcp-port', String(this.requests.port), '--udp-port', String(this.presence.port)];
    const environment = { name: 'im-client', environment: this.#environment } as const;
    return new Program(this.#t, environment, '--server', '127.0.0.1', ...ports, ...args);
  }

  /** Everything that was on the wires of this machine. */
  get recorded(): Buffer {
    const chunks = [...this.presence.sent, ...this.presence.received];
    for (const { connections } of [this.requests, this.calls])
      for (const { sent, received } of connections) chunks.push(...sent, ...received);
    return Buffer.concat(chunks);
  }
}
