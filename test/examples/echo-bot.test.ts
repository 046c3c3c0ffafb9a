import { readFile } from 'node:fs/promises';
import test from 'ava';
import { ask, PresenceClient } from '../helpers/network.js';
import { Program, startServerProgram, temporaryDirectory } from '../helpers/programs.js';

test('the bot sends each line back to its caller, and takes one caller after the other', async (t) => {
  const { tcp, udp } = await startServerProgram(t, await temporaryDirectory(t));
  await ask(tcp, 'REG alice\n');
  const bot = new Program(t, 'examples/echo-bot', 'echo', '127.0.0.1', String(tcp), String(udp));
  await bot.expect(/^echo takes calls on port \d+\n/);
  await ask(tcp, 'ADD alice echo\n');
  const presence = await PresenceClient.open(t, udp);
  while (!(await presence.ask('GET alice')).startsWith('echo 100 ONLINE'));
  const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
  const chat = new Program(t, 'im-client', ...ports, 'chat', 'alice', 'echo');
  chat.write('hello\nis there an echo?\n');
  await chat.expect('echo: hello\n');
  await chat.expect('echo: is there an echo?\n');
  chat.process.stdin?.end();
  t.is(await chat.exited, 0);
  const send = new Program(t, 'im-client', ...ports, 'send', 'alice', 'echo', 'thanks');
  t.is(await send.exited, 0);
  bot.process.kill('SIGTERM');
  t.is(await bot.exited, 0);
  t.is(bot.stderr, '');
  t.is(await presence.ask('GET alice'), 'echo 101 OFFLINE unknown unknown\n');
});

test('the manual shows the source of the bot, which has fewer than 40 lines', async (t) => {
  const source = await readFile('examples/echo-bot.ts', 'utf8');
  t.true(source.split('\n').length < 40);
  t.true((await readFile('docs/scripting.md', 'utf8')).includes(`\`\`\`ts\n${source}\`\`\``));
});
