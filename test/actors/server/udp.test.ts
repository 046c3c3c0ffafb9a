import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Sends `GET alice` from port 0, which takes a raw socket; exits with 77 where that is not allowed. */
const FROM_PORT_0 = `
  socket(S, PF_INET, SOCK_RAW, 17) or exit 77;
  my $question = "GET alice";
  send(S, pack("nnnn", 0, $ARGV[0], 8 + length $question, 0) . $question, 0, sockaddr_in(0, inet_aton("127.0.0.1"))) or exit 1;
`;

test('a question from port 0 is dropped: nothing can be sent there', async (t) => {
  const server = await serve(t);
  await ask(server.tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, server.udp);
  for (let count = 0; count < 3; count++) {
    const sender = spawn('perl', ['-MSocket', '-e', FROM_PORT_0, String(server.udp)], { stdio: 'inherit' });
    const [code] = (await once(sender, 'exit')) as [number];
    if (code === 77) {
      t.log('skipped: only root may send from port 0');
      return t.pass();
    }
    t.is(code, 0);
  }
  t.is(await client.ask('GET alice'), '');
  t.is(server.log.fieldsOf('datagram').length, 4, 'they did come');
  t.is(server.starts('udp'), 1);
});
