import { readFile, writeFile } from 'node:fs/promises';
import test from 'ava';
import { chatMachine } from '../machines/client/chat.js';
import { clientMachine } from '../machines/client/client.js';
import { connectionMachine } from '../machines/server/connection.js';
import { mermaidOf } from './helpers/mermaid.js';
const PAGE = 'ARCHITECTURE.md';
for (const machine of [connectionMachine, chatMachine, clientMachine]) {
    test.serial(`the diagram of ${machine.id} in ${PAGE} is the chart as it is`, async (t) => {
        const page = await readFile(PAGE, 'utf8');
        const block = new RegExp(`(<!-- diagram: ${machine.id} -->\n)[\\s\\S]*?(<!-- end of diagram -->)`);
        t.regex(page, block, `there is a place for it`);
        const current = page.replace(block, `$1\n\`\`\`mermaid\n${mermaidOf(machine)}\n\`\`\`\n\n$2`);
        // `npm run diagrams` draws them anew.
        if (process.env['UPDATE_DIAGRAMS'])
            await writeFile(PAGE, current);
        t.is(await readFile(PAGE, 'utf8'), current, 'run npm run diagrams');
    });
}
