/**
 * A server over a journal on the disk, and everybody who uses it.
 */
import { startServer } from '../../actors/server/tree.js';
import { openTextStore } from '../../storage/text-store.js';
import { Ledger, textOf } from './ledger.js';
import { Pair } from './pair.js';
import { Work } from './pause.js';
import { Registry } from './registry.js';
import { DECOY } from './user.js';
import { freePort, HOST, request } from './wire.js';
import { Worker } from './worker.js';
const WORKERS = 8;
const COUPLES = [
    ['ann', 'bob'],
    ['cat', 'dan'],
    ['eve', 'fred'],
];
/** Starts a server and the clients of those who chat; the workers are there, and do not work yet. */
export async function startWorld(directory, random, tally) {
    const port = await freePort(random.fork('port'));
    const registry = new Registry('the server', tally);
    const log = logOf(tally);
    const server = startServer({
        host: HOST,
        tcpPort: port,
        udpPort: port,
        openStore: () => openTextStore(directory),
        log,
        onEmitted: registry.onEmitted,
        inspect: registry.inspect,
    });
    if (!(await server.ready))
        throw (await server.ended).error;
    const ledgers = [];
    const pairs = [];
    await request(port, `REG ${DECOY}`);
    for (const ids of COUPLES) {
        ledgers.push(...(await acquaint(port, ids)));
        const callPorts = [await freePort(random.fork(ids[0])), await freePort(random.fork(ids[1]))];
        pairs.push(new Pair({ ids, callPorts, serverPort: port, random, tally, log }));
    }
    const work = new Work();
    const workers = Array.from({ length: WORKERS }, (_, index) => {
        const name = `worker${index}`;
        return new Worker({ name, port, random: random.fork(name), tally, work });
    });
    ledgers.push(...workers.map(({ ledger }) => ledger));
    return { port, server, registry, work, workers, pairs, ledgers };
}
/** Registers two users and adds them to each other's lists. */
async function acquaint(port, [one, other]) {
    const ledgers = [new Ledger(one, DECOY), new Ledger(other, DECOY)];
    async function change(ledger, entry) {
        ledger.begin(entry);
        const code = await request(port, textOf(entry));
        if (code !== 200)
            throw new Error(`${textOf(entry)} was answered ${code}`);
        ledger.settle(code);
    }
    for (const ledger of ledgers)
        await change(ledger, { op: 'REG', id: ledger.owner });
    await change(ledgers[0], { op: 'ADD', id: one, buddy: other });
    await change(ledgers[1], { op: 'ADD', id: other, buddy: one });
    return [...ledgers];
}
/** The registries tell of crashes; any other error of the store's should not have happened. */
function logOf(tally) {
    const ignore = () => { };
    return {
        debug: ignore,
        info: ignore,
        warn: ignore,
        error: (_fields, message) => {
            if (message.startsWith('the store'))
                tally.blame('crash', message);
        },
        isLevelEnabled: () => false,
    };
}
