/**
 * The vocabulary of the client's statechart (machines/client/client.ts): what it knows, the
 * conditions it can ask for and the effects it can have, each under the name that the chart uses.
 */
import { assign, enqueueActions, fromPromise, sendTo, setup, } from 'xstate';
import { parseId } from '../../protocol/id.js';
import * as view from './view.js';
/** Longest wait for an answer to a call, ours or a buddy's, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;
/** How long the network may take for a line of ours before the user is told, in milliseconds. */
const READ_PATIENCE_MS = 5_000;
/** A letter, a word or a line, as the user typed it. */
function answer(event) {
    return event.value.trim();
}
/** The message that the user typed. */
function messageIn(event) {
    const { value } = event;
    return value === '\\q' ? 'q' : value;
}
function isDone(event) {
    return event.output.done;
}
function currentChat({ context }) {
    return context.chat;
}
function sendingChat({ event }) {
    return event.chat;
}
function terminal({ context }) {
    return context.terminal;
}
function print(...lines) {
    return { type: 'lines.print', lines };
}
/** What the actor that asks the server is given. */
export function requestOf({ context }) {
    return context.request;
}
export const clientSetup = setup({
    types: {},
    actors: {
        /** Sends one request to the server; the client's tree provides it. */
        askServer: fromPromise(() => Promise.reject(new Error('not provided'))),
    },
    delays: { answerTimeout: ANSWER_TIMEOUT_MS, readPatience: READ_PATIENCE_MS },
    guards: {
        isChoice: ({ event }, { letter }) => answer(event).toUpperCase() === letter,
        isMembersChoice: ({ event }) => /^[ADMS]$/i.test(answer(event)),
        isBlank: ({ event }) => answer(event) === '',
        // One token of a request line: whether it is an id is for the server to say.
        isToken: ({ event }) => /^[\x21-\x7e]{1,64}$/.test(answer(event)),
        isId: ({ event }) => parseId(answer(event)) !== undefined,
        isYes: ({ event }) => /^y(es)?$/i.test(answer(event)),
        isNo: ({ event }) => /^no?$/i.test(answer(event)),
        isQuit: ({ event }) => event.value === 'q',
        isLogin: ({ context }) => context.question === 'login',
        isMessage: ({ context }) => context.question === 'message',
        hasUser: ({ context }) => context.user !== undefined,
        hasQuestion: ({ context }) => context.question !== undefined,
        hasWaitingCall: ({ context }) => context.waitingCall !== undefined,
        isCallable: ({ context: { buddy, buddies } }) => buddy !== undefined && view.notCallable(buddy, buddies) === undefined,
        isCurrentChat: ({ context, event }) => event.chat === context.chat,
        isWaitingCall: ({ context, event }) => event.chat === context.waitingCall?.chat,
        isRegistered: ({ context, event }) => context.request?.op === 'REG' && isDone(event),
        isListChanged: ({ context, event }) => context.request?.op !== 'REG' && isDone(event),
        isInputExhausted: ({ context }) => context.inputExhausted,
        isCut: ({ event }) => event.cut,
    },
    actions: {
        // To the terminal.
        say: sendTo(terminal, (_, { text }) => print(text)),
        sayMenu: sendTo(terminal, print(...view.MENU)),
        saySignedIn: sendTo(terminal, ({ context }) => print(`Signed in as ${context.user}.`)),
        sayReply: sendTo(terminal, ({ context, event }) => {
            const { line } = event.output;
            return print(line, ...view.hintLines(context.request?.op, line));
        }),
        sayServerError: sendTo(terminal, ({ event }) => print(view.serverErrorLine(event.error))),
        sayBuddies: sendTo(terminal, ({ context }) => print(...view.buddyListLines(context.buddies))),
        sayNotCallable: sendTo(terminal, ({ context: { buddy, buddies } }) => print(view.notCallable(buddy, buddies) ?? '')),
        sayCaller: sendTo(terminal, ({ context }) => print(view.callerLine(context.call))),
        sayBusy: sendTo(terminal, ({ event }) => print(view.busyLine(event))),
        sayCallFailed: sendTo(terminal, ({ context, event }) => print(view.callFailedLine(context.buddy, event.reason))),
        sayNotSent: sendTo(terminal, ({ context }) => print(view.notSentLine(context.heldMessage ?? ''))),
        sayMessage: sendTo(terminal, ({ event }) => print(...view.messageLines(event))),
        openPrompt: enqueueActions(({ enqueue }, { prompt }) => {
            enqueue.assign({ prompt });
            enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
        }),
        openQuestion: enqueueActions(({ context, enqueue }) => {
            const isOwnId = context.question === 'register' || context.question === 'login';
            const prompt = isOwnId ? view.USER_ID_PROMPT : view.BUDDY_ID_PROMPT;
            enqueue.assign({ prompt });
            enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
        }),
        reopenPrompt: enqueueActions(({ context: { prompt }, enqueue }) => {
            if (prompt === undefined)
                return;
            enqueue.sendTo(terminal, { type: 'prompt.open', prompt });
        }),
        closePrompt: enqueueActions(({ enqueue }) => {
            enqueue.assign({ prompt: undefined });
            enqueue.sendTo(terminal, { type: 'prompt.close' });
        }),
        // Questions and who is signed in.
        ask: assign({ question: (_, { question }) => question }),
        dropQuestion: assign({ question: undefined }),
        prepareRequest: assign({
            request: ({ context: { question, user }, event }) => {
                const id = answer(event);
                if (question === 'register')
                    return { op: 'REG', ids: [id] };
                return { op: question === 'add' ? 'ADD' : 'DEL', ids: [user ?? '', id] };
            },
        }),
        becomeRegistered: assign({ user: ({ context }) => parseId(context.request?.ids[0]) }),
        becomeAnswered: assign({ user: ({ event }) => parseId(answer(event)) }),
        announceUser: enqueueActions(({ context: { user }, enqueue }) => {
            if (user === undefined)
                return;
            enqueue.sendTo(({ context }) => context.heartbeat, { type: 'presence.set', id: user, status: 100 });
            enqueue.emit({ type: 'user.signed-in', id: user });
        }),
        // Buddies.
        getBuddies: sendTo(({ context }) => context.heartbeat, { type: 'buddies.get' }),
        rememberBuddies: assign({
            buddies: ({ event }) => event.buddies,
        }),
        rememberBuddy: assign({ buddy: ({ event }) => parseId(answer(event)) }),
        // Calls and the chat.
        placeCall: enqueueActions(({ context: { user, buddy, buddies }, enqueue }) => {
            const endpoint = buddies.find(({ id }) => id === buddy)?.endpoint;
            if (user === undefined || endpoint === undefined)
                return;
            const input = { kind: 'outgoing', caller: user, endpoint };
            enqueue.sendTo(({ context }) => context.chats, { type: 'child.start', input });
        }),
        rememberChat: assign({ chat: sendingChat }),
        forgetChat: assign({ chat: undefined, call: undefined }),
        takeCall: assign(({ event }) => ({ call: event, chat: event.chat })),
        keepCallWaiting: assign(({ event }) => ({ waitingCall: event })),
        takeWaitingCall: assign(({ context: { waitingCall } }) => ({
            call: waitingCall,
            chat: waitingCall?.chat,
            waitingCall: undefined,
        })),
        dropWaitingCall: assign({ waitingCall: undefined }),
        acceptCall: sendTo(currentChat, { type: 'call.accept' }),
        rejectCall: sendTo(currentChat, { type: 'call.reject' }),
        leaveChat: enqueueActions(({ context: { chat }, enqueue }) => {
            // A call that the supervisor of chats had no room for was never placed.
            if (chat !== undefined)
                enqueue.sendTo(currentChat, { type: 'chat.leave' });
        }),
        rejectCaller: sendTo(sendingChat, { type: 'call.reject' }),
        dismissChat: sendTo(sendingChat, { type: 'chat.leave' }),
        sendMessage: sendTo(currentChat, ({ event }) => ({ type: 'message.send', text: messageIn(event) })),
        holdMessage: assign({ heldMessage: ({ event }) => messageIn(event) }),
        sendHeldMessage: sendTo(currentChat, ({ context }) => ({
            type: 'message.send',
            text: context.heldMessage ?? '',
        })),
        noteExhausted: assign({ inputExhausted: true }),
    },
});
