/**
 * Measures a chat between two library clients in one process, in clear and private, side by side: how long a
 * line takes, and how fast 50,000 lines at once arrive. Private lines are durable on both sides.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '../../actors/client/create-client.js';
import type { Chat } from '../../actors/client/open-chat.js';
import type { UserId } from '../../protocol/id.js';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import { BURST_LINES, CALLED, CALLER, PAUSE_MS, TIMED_LINES } from './buddies.js';
import { Subject } from './subject.js';

/** How many lines of a burst are sent at once. The next lines follow when these lines have been sent. */
const AHEAD = 500;

/** The highest p50 of a private line, in milliseconds. */
const MAX_PRIVATE_MS = 1.5;

export async function benchPrivateChat(report: Report): Promise<void> {
  report.section('A chat between two library clients in one process');
  await benchVariant(report, 'in clear', false);
  await benchVariant(report, 'private', true);
}

async function benchVariant(report: Report, name: string, isPrivate: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const running: { stop(): Promise<void> }[] = [];
  try {
    const server = await Subject.server(join(directory, 'data'));
    running.push(server);
    const { tcp: tcpPort, udp: udpPort } = server.ports;
    const signUp = async (user: UserId): Promise<Client> => {
      const client = createClient({
        server: '127.0.0.1',
        tcpPort,
        udpPort,
        user,
        dataDirectory: join(directory, user),
        privacy: isPrivate ? 'private' : 'clear',
      });
      running.push({ stop: () => client.close() });
      await client.register(user);
      return client;
    };
    const [caller, called] = [await signUp(CALLER), await signUp(CALLED)];
    await caller.add(CALLED);
    await called.listen();
    await delay(200); // until the server knows the port
    const [ours, theirs] = await chatBetween(caller, called);
    const reader = theirs[Symbol.asyncIterator]();
    const times: number[] = [];
    for (let line = 0; line < TIMED_LINES; line++) {
      const startedMs = performance.now();
      void ours.send(`timed ${line}`);
      await reader.next();
      times.push(performance.now() - startedMs);
      await delay(PAUSE_MS);
    }
    const p50 = median(times);
    report.result(`a line ${name}, p50`, { ms: p50 }, `${p50.toFixed(2)} ms`, {
      target: atMost(p50, MAX_PRIVATE_MS, 'ms'),
    });
    const startedMs = performance.now();
    const sending = sendBurst(ours);
    for (let line = 0; line < BURST_LINES; line++) {
      const { value } = await reader.next();
      if (value?.text !== `burst ${line}`) throw new Error(`line ${line} is missing`);
    }
    await sending;
    const perSecond = Math.round(BURST_LINES / ((performance.now() - startedMs) / 1_000));
    const lines = `${BURST_LINES.toLocaleString('en')} lines ${name}`;
    report.result(lines, { perSecond }, `complete, in order, ${perSecond.toLocaleString('en')}/s`);
  } finally {
    for (const each of running.reverse()) await each.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function chatBetween(caller: Client, called: Client): Promise<readonly [Chat, Chat]> {
  const calling = caller.call(CALLED);
  for await (const call of called.calls) {
    const theirs = await call.accept();
    return [await calling, theirs];
  }
  throw new Error('no call came');
}

async function sendBurst(chat: Chat): Promise<void> {
  for (let from = 0; from < BURST_LINES; from += AHEAD) {
    const sending = Array.from({ length: AHEAD }, (_, line) => chat.send(`burst ${from + line}`));
    await Promise.all(sending);
  }
}
