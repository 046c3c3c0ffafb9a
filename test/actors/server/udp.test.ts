import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { admitsToQueue } from '../../../actors/server/udp.js';
import { QUEUE_SHARE, Quota } from '../../../machines/server/quota.js';
import { ask, PresenceClient } from '../../helpers/network.js';
import { serve } from '../../helpers/server.js';

test('an answer to GET is cut at a line end, and has at most 65,507 bytes', async (t) => {
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

test('each datagram is one debug line, without raw foreign bytes', async (t) => {
  const { log, tcp, udp } = await serve(t);
  await ask(tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, udp);
  client.send('SET \u001b]0;title\u0007 100 4000');
  await client.ask('GET alice');
  t.is(log.fieldsOf('datagram').length, 2);
  t.true(log.lines.filter(({ message }) => message === 'datagram').every(({ level }) => level === 'debug'));
  t.notRegex(JSON.stringify(log.lines), /title/);
});

/**
 * A Perl program that sends a datagram from any port of 127.0.0.1, through a raw socket. Exits with 77 if
 * that is not allowed.
 */
const FORGE = `
  socket(S, PF_INET, SOCK_RAW, 17) or exit 77;
  my ($text, $from, $to) = @ARGV;
  my $datagram = pack("nnnn", $from, $to, 8 + length $text, 0) . $text;
  send(S, $datagram, 0, sockaddr_in(0, inet_aton("127.0.0.1"))) or exit 1;
`;

/** Sends a forged datagram. Returns false if this process has no right to send it. */
async function forge(t: ExecutionContext, text: string, from: number, to: number): Promise<boolean> {
  const sender = spawn('perl', ['-MSocket', '-e', FORGE, text, String(from), String(to)], {
    stdio: 'inherit',
  });
  const [code] = (await once(sender, 'exit')) as [number];
  if (code === 77) t.log('skipped: only root may send from any port');
  else t.is(code, 0);
  return code === 0;
}

test('a request from port 0 is dropped, because no answer can be sent there', async (t) => {
  const server = await serve(t);
  await ask(server.tcp, 'REG alice\n');
  const client = await PresenceClient.open(t, server.udp);
  for (let count = 0; count < 3; count++) {
    if (!(await forge(t, 'GET alice', 0, server.udp))) return t.pass();
  }
  t.is(await client.ask('GET alice'), '');
  t.is(server.log.fieldsOf('datagram').length, 4, 'the server received them');
  t.is(server.starts('udp'), 1);
});

test('after a forged request in its own name, the server does not answer its own answer', async (t) => {
  const { tcp, udp, log } = await serve(t);
  for (const request of ['REG 101', 'REG get', 'ADD 101 get'])
    t.is(await ask(tcp, `${request}\n`), '200 OK\r\n');
  const client = await PresenceClient.open(t, udp);
  if (!(await forge(t, 'GET 101', udp, udp))) return t.pass();
  const requests = 20;
  for (let count = 0; count < requests; count++) await client.ask('GET 101');
  t.is(log.fieldsOf('datagram').length, requests + 2, 'the forged request, and one answer to it');
});

test('datagrams beyond the limit of an address are dropped; other addresses get answers', async (t) => {
  const datagrams = { burst: 3, perSecond: 1e-6 };
  const { tcp, udp, server } = await serve(t, { limitsLoopback: true, datagrams });
  for (const request of ['REG alice', 'REG bob', 'ADD bob alice']) await ask(tcp, `${request}\n`);
  const flooding = await PresenceClient.open(t, udp);
  const other = await PresenceClient.open(t, udp, '127.0.0.2');
  flooding.send('SET alice 100 ONLINE 4000');
  flooding.send('nonsense');
  flooding.send('SET alice 100 ONLINE 4001');
  flooding.send('SET alice 100 ONLINE 4002');
  t.regex(await other.ask('GET bob'), /4001\n$/);
  server.limits.change({ datagrams: { burst: 4, perSecond: 1e-6 } });
  flooding.send('SET alice 100 ONLINE 4003');
  t.regex(await other.ask('GET bob'), /4003\n$/);
});

test('one source cannot fill the send queue', (t) => {
  const quota = new Quota(QUEUE_SHARE, false);
  const [limit, answer] = [8 * 1024 * 1024, 64 * 1024];
  let queued = 0;
  for (let count = 0; count < 1_000; count++) {
    if (admitsToQueue(queued, quota, '127.0.0.1', answer, 0)) queued += answer;
  }
  t.true(queued <= limit / 2 + 2 * answer, `${queued} bytes`);
  t.true(admitsToQueue(queued, quota, '192.0.2.7', answer, 0));
  t.false(admitsToQueue(limit + 1, quota, '192.0.2.8', answer, 0), 'the queue has a limit');
});
