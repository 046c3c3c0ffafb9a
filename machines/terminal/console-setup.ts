/**
 * The vocabulary of the console's statechart (machines/terminal/console-chart.ts): what it knows, the
 * conditions it can ask for and the effects it can have, each under the name that the chart uses.
 */

import { assign, setup } from 'xstate';

/** What matters of a question to the user. */
export interface AskedPrompt {
  /** `key`: one of `keys` is an answer by itself. `line`: a line of text is. */
  readonly kind: 'key' | 'line';
  readonly keys?: string;
  /** Under this name, text not yet sent off survives an interruption. */
  readonly draft?: string;
  /** True where it comes up by itself: what was being typed is no answer to it. */
  readonly isSudden?: boolean;
  /** True for the lines of a chat. */
  readonly isMessage?: boolean;
}

/** What the owner finds at the moment of an event, whatever the event is. */
export interface ConsoleFacts {
  /** True where the line that takes the keys is not empty. */
  readonly hasText: boolean;
  /** True where the last key is more recent than the quiet time. */
  readonly isTyping: boolean;
  /** What was typed while nothing was asked; `stale` where all of it is too old for a question. */
  readonly ahead: 'none' | 'stale' | 'fresh';
}

/** What happens to a console. */
export type BareConsoleEvent =
  // From the client.
  /** The owner sends `prompt.dropped` first, whether or not a prompt is open. */
  | { readonly type: 'prompt.asked'; readonly prompt: AskedPrompt }
  /** The open prompt was asked again. */
  | { readonly type: 'prompt.repeated' }
  | { readonly type: 'prompt.dropped' }
  /** A line of the user's own went out. */
  | { readonly type: 'line.sent' }
  | { readonly type: 'console.closed' }
  // From the keyboard.
  /** `text` is missing where the key stands for no character. */
  | { readonly type: 'key.pressed'; readonly text: string | undefined }
  /** Ctrl-C. `isAgain`: soon after another, as the owner's clock says. */
  | { readonly type: 'interrupt.pressed'; readonly isAgain: boolean }
  /** Ctrl-D: the end of the input on an empty line, a key like others on any other. */
  | { readonly type: 'end.pressed' }
  | { readonly type: 'paste.received'; readonly lineCount: number }
  // From the prompt that took the key: it is an answer, or Enter was pressed.
  | { readonly type: 'answer.given'; readonly value: string }
  // From the timer: no key came for the quiet time.
  | { readonly type: 'quiet.passed' };

export type ConsoleEvent = BareConsoleEvent & ConsoleFacts;

export interface ConsoleContext {
  /** What is asked, or was asked last; none once the user left a chat. */
  readonly prompt: AskedPrompt | undefined;
  /** The draft of the line that was interrupted and still takes the keys, if one does. */
  readonly keptDraft: string | undefined;
  /** Lines of a paste that were not handed over yet. */
  readonly linesLeft: number;
}

/** An answer that leaves the chat. */
export const QUIT = 'q';

/** True where the text of a key answers a prompt by itself. */
export function isAnswerTo({ keys = '' }: AskedPrompt, text: string | undefined): boolean {
  return text !== undefined && text !== '' && keys.includes(text.toLowerCase());
}

function promptIn(event: ConsoleEvent): AskedPrompt | undefined {
  return event.type === 'prompt.asked' ? event.prompt : undefined;
}

/** True where the chat that was asked for last is asked for again. */
function isSameChat({ prompt }: ConsoleContext, event: ConsoleEvent): boolean {
  const next = promptIn(event);
  return next?.isMessage === true && next.draft === prompt?.draft;
}

const effect = () => {};

const effects = {
  // Type-ahead.
  typeAhead: effect,
  deliverAhead: effect,
  deliverAllAhead: effect,
  reportUnsentAhead: effect,
  dropAhead: effect,
  // Prompts.
  openPrompt: effect,
  closePrompt: effect,
  deliverAnswer: effect,
  interruptInput: effect,
  endInput: effect,
  // The line that is off the screen and takes the keys.
  interruptLine: effect,
  forgetLine: effect,
  setLineAside: effect,
  reopenLine: effect,
  // Where a key or a paste goes.
  pressShown: effect,
  pressKept: effect,
  insertShown: effect,
  insertKept: effect,
  clearLine: effect,
  ringBell: effect,
  askForKeyAgain: effect,
  // Pastes of several lines.
  askAboutPaste: effect,
  refusePaste: effect,
  agreeToPaste: effect,
  sendLine: effect,
  reportUnsentPaste: effect,
  // The quiet time.
  startQuietTimer: effect,
  stopQuietTimer: effect,
};

/** What the console does to the world; its owner has one function for each. */
export type ConsoleEffect = keyof typeof effects;

export const consoleSetup = setup({
  types: {} as { context: ConsoleContext; events: ConsoleEvent },
  guards: {
    isKeyAsked: ({ context }) => context.prompt?.kind === 'key',
    isMessageAsked: ({ context }) => context.prompt?.isMessage === true,
    hasText: ({ event }) => event.hasText,
    hasAhead: ({ event }) => event.ahead !== 'none',
    isAgain: ({ event }) => event.type === 'interrupt.pressed' && event.isAgain,
    /** The user may be typing, and has to notice first that the line was taken away. */
    isInUse: ({ event }) => event.hasText || event.isTyping,
    isStray: ({ context: { prompt }, event }) =>
      event.type === 'key.pressed' && prompt?.isSudden === true && !isAnswerTo(prompt, event.text),
    /** The key would be the answer, if it were not for the quiet time. */
    isTooEarly: ({ context: { prompt, keptDraft }, event }) =>
      event.type === 'key.pressed' &&
      keptDraft === undefined &&
      prompt !== undefined &&
      isAnswerTo(prompt, event.text),
    isChatOver: ({ context, event }) => context.prompt?.isMessage === true && !promptIn(event)?.isMessage,
    isSurprise: ({ event }) => {
      const next = promptIn(event);
      return next?.kind === 'key' && next.isSudden === true;
    },
    /** A line shows what it takes, and one key is no half of a line. */
    isLineAfterKey: ({ context: { prompt, keptDraft }, event }) => {
      const next = promptIn(event);
      return (
        prompt?.kind === 'key' &&
        next?.kind === 'line' &&
        keptDraft === undefined &&
        (next.isMessage === true || !event.isTyping)
      );
    },
    isChatGoingOn: ({ context, event }) =>
      context.prompt?.isMessage === true && promptIn(event)?.isMessage === true,
    hasKeptLine: ({ context }) => context.keptDraft !== undefined,
    hasKeptText: ({ context, event }) => context.keptDraft !== undefined && event.hasText,
    isKeptDraft: ({ context: { keptDraft }, event }) =>
      keptDraft !== undefined && promptIn(event)?.draft === keptDraft,
    hasSeveralLines: ({ event }) => event.type === 'paste.received' && event.lineCount > 1,
    isYes: ({ event }) => event.type === 'answer.given' && event.value.toLowerCase() === 'y',
    isEmpty: ({ event }) => event.type === 'answer.given' && event.value === '',
    isQuit: ({ event }) => event.type === 'answer.given' && event.value === QUIT,
    isChatLeft: ({ context, event }) =>
      context.prompt?.isMessage === true && event.type === 'answer.given' && event.value === QUIT,
    isSameChat: ({ context, event }) => isSameChat(context, event),
    isSameChatWithLines: ({ context, event }) => context.linesLeft > 0 && isSameChat(context, event),
  },
  actions: {
    rememberPrompt: assign(({ event }) => (event.type === 'prompt.asked' ? { prompt: event.prompt } : {})),
    forgetPrompt: assign({ prompt: undefined }),
    keepDraft: assign({ keptDraft: ({ context }) => context.prompt?.draft }),
    forgetDraft: assign({ keptDraft: undefined }),
    countLines: assign(({ event }) =>
      event.type === 'paste.received' ? { linesLeft: event.lineCount } : {},
    ),
    countLine: assign({ linesLeft: ({ context }) => context.linesLeft - 1 }),
    ...effects,
  },
});
