import test from 'ava';
import { ask, PresenceClient } from '../../helpers/network.js';
import { serve } from '../../helpers/server.js';
test('an answer to GET is cut at a line end below 65,507 bytes', async (t) => {
    const { tcp, udp } = await serve(t);
    await ask(tcp, 'REG alice\n');
    const ids = Array.from({ length: 800 }, (_, index) => `buddy${index}`.padEnd(64, '_'));
    for (let start = 0; start < ids.length; start += 100) {
        const some = ids.slice(start, start + 100);
        await Promise.all(some.map((id) => ask(tcp, `REG ${id}\n`)));
        await Promise.all(some.map((id) => ask(tcp, `ADD alice ${id}\n`)));
    }
    const client = await PresenceClient.open(t, udp);
    const answer = await client.ask('GET alice');
    t.true(answer.length <= 65_507 && answer.length > 65_000, `${answer.length} bytes`);
    t.regex(answer, /unknown unknown\n$/);
});
test('every request is one debug line, and none has a raw foreign byte', async (t) => {
    const { log, tcp, udp } = await serve(t);
    await ask(tcp, 'REG alice\n');
    await ask(tcp, 'REG \u001b[31mred\n');
    const client = await PresenceClient.open(t, udp);
    client.send('SET \u001b]0;title\u0007 100 4000');
    await client.ask('GET alice');
    t.is(log.fieldsOf('request').length, 2);
    t.is(log.fieldsOf('datagram').length, 2);
    t.like(log.fieldsOf('request')[0], { op: 'REG', id: 'alice', reply: 200, from: '127.0.0.1' });
    t.notRegex(JSON.stringify(log.lines), /red|title/);
});
