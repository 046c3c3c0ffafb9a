/**
 * The terminal's actor: prints lines and asks questions, one at a time, through a console.
 *
 * There are two consoles: plain (lines in, lines out) and interactive (a terminal with prompts).
 */
import { fromBehaviour } from '../supervision/behaviour.js';
export const terminalLogic = fromBehaviour((scope, { client, openConsole }) => {
    const terminal = openConsole({
        onAnswer: (value) => client.send({ type: 'prompt.answered', value }),
        onEnd: () => client.send({ type: 'input.ended' }),
        onExhausted: () => client.send({ type: 'input.exhausted' }),
        onError: (error) => scope.fail(error),
        guard: (callback) => scope.guard(callback),
    });
    client.send({ type: 'terminal.opened' });
    return {
        receive(event) {
            if (event.type === 'lines.print')
                terminal.print(event.lines);
            else if (event.type === 'prompt.open')
                terminal.ask(event.prompt);
            else
                terminal.dropPrompt();
        },
        release: () => terminal.close(),
    };
});
