/**
 * UDP load at a steady rate, whatever the answers do: so a server that is quick and one that is slow have the same to do.
 */
import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { steadily } from './steadily.js';
/** So that no answer is lost here. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
/** How long the last answers are waited for, in milliseconds. */
const LAST_ANSWERS_MS = 300;
/** A step from one user to the next that leads to all of them, in no order. */
const STRIDE = 7_919;
export async function loadUdp(job) {
    const { kind, port, ms, rate } = job;
    const socket = createSocket({
        type: 'udp4',
        recvBufferSize: RECEIVE_BUFFER_BYTES,
        lookup: (address, _options, done) => done(null, address, 4),
    });
    await new Promise((resolve) => socket.connect(port, '127.0.0.1', resolve));
    const sentMs = [];
    const latencies = [];
    // Answers come in the order of the questions, unless some are lost.
    socket.on('message', () => latencies.push(performance.now() - sentMs[latencies.length]));
    await steadily(rate, ms, (number) => {
        socket.send(datagram(job, number));
        sentMs.push(performance.now());
    });
    if (kind === 'GET')
        await delay(LAST_ANSWERS_MS);
    socket.close();
    const errors = kind === 'GET' ? sentMs.length - latencies.length : 0;
    return { requests: sentMs.length, errors, seconds: ms / 1_000, latencies };
}
function datagram({ kind, prefix, users }, number) {
    const id = `${prefix}${(number * STRIDE) % users}`;
    return kind === 'GET' ? `GET ${id}` : `SET ${id} 100 ONLINE ${1_024 + (number % 60_000)}`;
}
