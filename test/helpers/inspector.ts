/**
 * Programs with an inspector, and a reader of the inspector's stream.
 */

import type { ExecutionContext } from 'ava';
import type { Frame, Hello } from '../../inspector/server/frame.js';
import { ask } from './network.js';
import { Program, startServerProgram, temporaryDirectory } from './programs.js';

/** Longest wait for a matching frame, in milliseconds. */
const FRAME_TIMEOUT_MS = 60_000;

/** A program and the address of its inspector. */
export interface Inspected {
  readonly program: Program;
  readonly address: string;
}

/** Starts a server. @param options Further options of the server, such as `--inspect`. */
export async function inspectedServer(
  t: ExecutionContext,
  ...options: readonly string[]
): Promise<Inspected & { readonly tcp: number }> {
  const { program, tcp } = await startServerProgram(t, await temporaryDirectory(t), ...options);
  return { ...inspected(program), tcp };
}

/** Starts two clients with inspectors: alice and bob, signed in and buddies of each other. */
export async function inspectedFriends(t: ExecutionContext): Promise<readonly [Inspected, Inspected]> {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  for (const request of ['REG alice', 'REG bob', 'ADD alice bob', 'ADD bob alice'])
    await ask(tcp, `${request}\r\n`);
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  const [alice, bob] = ['alice', 'bob'].map(
    (id) => new Program(t, 'im-client', ...ports, '--inspect', '0', '--plain', '--user', id),
  ) as [Program, Program];
  for (const program of [alice, bob]) await program.expect('Signed in');
  return [inspected(alice), inspected(bob)];
}

function inspected(program: Program): Inspected {
  return { program, address: /inspect at (http:\S+)/.exec(program.stderr)?.[1] ?? '' };
}

/** Reads an inspector's stream until the test ends. */
export class StreamReader {
  readonly frames: Frame[] = [];
  hello: Hello | undefined;
  #text = '';
  #onFrame = () => {};

  /** @param address The address that the program printed. */
  static async open(t: ExecutionContext, address: string): Promise<StreamReader> {
    const reader = new StreamReader();
    const ending = new AbortController();
    t.teardown(() => ending.abort());
    const response = await fetch(at(address, '/events'), { signal: ending.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    reader.#read(response.body as ReadableStream<Uint8Array>).catch(() => {}); // the test is over
    return reader;
  }

  /** Returns the first frame that matches, earlier frames included. */
  async find(matches: (frame: Frame) => boolean): Promise<Frame> {
    const deadline = AbortSignal.timeout(FRAME_TIMEOUT_MS);
    for (;;) {
      const found = this.frames.find(matches);
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        this.#onFrame = resolve;
        deadline.addEventListener('abort', () => reject(new Error('no frame matched')));
      });
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      this.#text += decoder.decode(bytes, { stream: true });
      const blocks = this.#text.split('\n\n');
      this.#text = blocks.pop() ?? '';
      for (const block of blocks) this.#parseBlock(block);
      this.#onFrame();
    }
  }

  #parseBlock(block: string): void {
    const [, event, data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
    if (event === 'hello') this.hello = JSON.parse(data);
    else if (event === 'frame') this.frames.push(JSON.parse(data));
  }
}

/** The URL of another path of the inspector, with the same token. */
export function at(address: string, path: string): string {
  const url = new URL(address);
  url.pathname = path;
  return url.href;
}
