// Answers every call, and echoes all messages: node echo-bot.js <id> [<server> [<tcp port> [<udp port>]]]
import { createClient } from 'buddyline';

const [user = 'echo', server = 'localhost', tcpPort = '1234', udpPort = '1235'] = process.argv.slice(2);
const client = createClient({ user, server, tcpPort: Number(tcpPort), udpPort: Number(udpPort) });

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => client.close());

const { code, text } = await client.register(user);
// 203 USER EXISTS: the bot was registered earlier.
if (code !== 200 && code !== 203) throw new Error(text);

console.log(`${user} takes calls on port ${await client.listen()}`);

for await (const call of client.calls) {
  try {
    const chat = await call.accept();
    for await (const message of chat) await chat.send(message.text);
  } catch (error) {
    // The caller hung up. The bot waits for the next call.
    console.error(String(error));
  }
}
