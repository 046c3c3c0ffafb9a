/**
 * Measures a chat between two library clients in one process, in clear and private, side by side: how long a
 * line takes, and how fast 50,000 lines at once arrive. Private lines are durable on both sides.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createKeyedClient } from '../../actors/client/create-client.js';
import type { Chat } from '../../actors/client/open-chat.js';
import { Privacy } from '../../actors/client/privacy.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import type { WhoAnswer } from '../../machines/client/who.js';
import type { UserId } from '../../protocol/id.js';
import { serverName } from '../../user-files/key-file-name.js';
import { Pins } from '../../user-files/pins.js';
import { Undelivered } from '../../user-files/undelivered.js';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import { BURST_LINES, CALLED, CALLER, makeBuddies, PAUSE_MS, TIMED_LINES } from './buddies.js';
import { Subject } from './subject.js';

/** How many lines of a burst wait to be sent. */
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
  const identities = new Map([CALLER, CALLED].map((id) => [id, Identity.create()]));
  const running: { stop(): Promise<void> }[] = [];
  try {
    const data = join(directory, 'data');
    await makeBuddies(data);
    const server = await Subject.server(data);
    running.push(server);
    const clientOf = (id: UserId): Client => {
      const { tcp: tcpPort, udp: udpPort } = server.ports;
      const privacy = isPrivate ? privacyOf(id, identities, join(directory, id)) : undefined;
      const client = createKeyedClient({ server: '127.0.0.1', tcpPort, udpPort, user: id }, privacy);
      running.push({ stop: () => client.close() });
      return client;
    };
    const called = clientOf(CALLED);
    await called.listen();
    await delay(200); // until the server knows the port
    const [ours, theirs] = await chatBetween(clientOf(CALLER), called);
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

function privacyOf(user: UserId, identities: ReadonlyMap<UserId, Identity>, root: string): Privacy {
  const name = { id: user, server: serverName({ host: 'bench', port: 1 }, undefined) };
  const own = identities.get(user) as Identity;
  const credentials = DeviceCredentials.issue(own, { nowMs: Date.now() });
  const pins = new Pins(root, name);
  const undelivered = new Undelivered(root, name);
  return new Privacy({
    async who(id): Promise<WhoAnswer> {
      const identity = identities.get(id);
      return identity === undefined ? { says: 'open' } : { says: 'key', key: identity.key, floor: 0 };
    },
    credentialsOf: (id) => (id === user ? credentials : undefined),
    pinsOf: () => pins,
    undeliveredOf: () => undelivered,
    mode: 'as-can',
    keepsLines: false,
  });
}
