import test from 'ava';
import { ask, PresenceClient } from '../../helpers/network.js';
import { serve } from '../../helpers/server.js';
test('presence: SET says where, GET says who', async (t) => {
    const { tcp, udp } = await serve(t);
    for (const id of ['alice', 'bob', 'carl', 'dora'])
        await ask(tcp, `REG ${id}\n`);
    const client = await PresenceClient.open(t, udp);
    t.is(await client.ask('GET alice'), '');
    for (const id of ['carl', 'bob', 'dora'])
        await ask(tcp, `ADD alice ${id}\n`);
    client.send('SET bob 100 ONLINE 4001');
    client.send('set CARL 102 5001\r\n');
    t.is(await client.ask('GET alice'), 'carl 102 AWAY 127.0.0.1 5001\nbob 100 ONLINE 127.0.0.1 4001\ndora 101 OFFLINE unknown unknown\n');
    client.send('SET bob 101 OFFLINE 0');
    t.regex(await client.ask('GET alice'), /^bob 101 OFFLINE unknown unknown$/m);
});
test('presence of whoever is not registered is dropped, and asking for them too', async (t) => {
    const { tcp, udp } = await serve(t);
    await ask(tcp, 'REG alice\n');
    const client = await PresenceClient.open(t, udp);
    client.send('SET bob 100 ONLINE 4001');
    client.send('GET bob');
    client.send('nonsense');
    client.send(Buffer.alloc(60_000, 'x'));
    client.send('');
    t.is(await client.ask('GET alice'), '', 'the first answer is to the only valid question');
    await ask(tcp, 'REG bob\n');
    await ask(tcp, 'ADD alice bob\n');
    t.is(await client.ask('GET alice'), 'bob 101 OFFLINE unknown unknown\n');
});
