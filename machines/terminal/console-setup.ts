/**
 * The context, events, guards and actions of the console's statechart (machines/terminal/console-chart.ts),
 * under the names that the chart uses.
 */

import { assign, setup } from 'xstate';

/** The properties of a prompt that the chart needs. */
export interface AskedPrompt {
  /** `key`: the answer is one of `keys`. `line`: the answer is a line of text. */
  readonly kind: 'key' | 'line';
  readonly keys?: string;
  /** If the prompt is interrupted, its unsent text is kept under this name. */
  readonly draft?: string;
  /** True if the prompt opens unexpectedly. Keys that the user is already typing must not answer it. */
  readonly isSudden?: boolean;
  /** True if the prompt asks for a line of a chat. */
  readonly isMessage?: boolean;
}

/** Facts that the owner adds to every event. */
export interface ConsoleFacts {
  /** True if the line that takes the keys is not empty. */
  readonly hasText: boolean;
  /** True if the last key was pressed within the quiet time. */
  readonly isTyping: boolean;
  /** Keys that were typed while no prompt was open. `stale`: all of them are too old to answer a question. */
  readonly ahead: 'none' | 'stale' | 'fresh';
}

/** An event of the console, without the facts that the owner adds. */
export type BareConsoleEvent =
  // From the client.
  /** The owner sends `prompt.dropped` first, whether or not a prompt is open. */
  | { readonly type: 'prompt.asked'; readonly prompt: AskedPrompt }
  /** The client asked for the open prompt again. */
  | { readonly type: 'prompt.repeated' }
  | { readonly type: 'prompt.dropped' }
  /** A line of the user was sent. */
  | { readonly type: 'line.sent' }
  | { readonly type: 'console.closed' }
  // From the keyboard.
  /** `text` is `undefined` if the key is not a character. */
  | { readonly type: 'key.pressed'; readonly text: string | undefined }
  /** Ctrl-C. `isAgain`: another Ctrl-C was pressed shortly before, by the owner's clock. */
  | { readonly type: 'interrupt.pressed'; readonly isAgain: boolean }
  /** Ctrl-D: ends the input on an empty line, and is an ordinary key on any other line. */
  | { readonly type: 'end.pressed' }
  | { readonly type: 'paste.received'; readonly lineCount: number }
  // From the prompt, after a key that is an answer, or after Enter.
  | { readonly type: 'answer.given'; readonly value: string }
  // From the timer: no key was pressed during the quiet time.
  | { readonly type: 'quiet.passed' };

export type ConsoleEvent = BareConsoleEvent & ConsoleFacts;

export interface ConsoleContext {
  /**
   * The current or the last prompt. `undefined` before the first prompt, and after the user has left a chat
   * or interrupted a prompt.
   */
  readonly prompt: AskedPrompt | undefined;
  /** The draft name of an interrupted line, while that line still takes the keys. */
  readonly keptDraft: string | undefined;
  /** How many lines of a paste were not handed to the client yet. */
  readonly linesLeft: number;
}

/** The answer that leaves a chat. */
export const QUIT = 'q';

/** Whether the text of a key answers a key prompt. */
export function isAnswerTo({ keys = '' }: AskedPrompt, text: string | undefined): boolean {
  return text !== undefined && text !== '' && keys.includes(text.toLowerCase());
}

function promptIn(event: ConsoleEvent): AskedPrompt | undefined {
  return event.type === 'prompt.asked' ? event.prompt : undefined;
}

/** Whether the new prompt is for the same chat as the last prompt. */
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
  // A line that is no longer on the screen, but still takes the keys.
  interruptLine: effect,
  forgetLine: effect,
  setLineAside: effect,
  reopenLine: effect,
  // The target of a key or a paste.
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

/** The effects of the console. Its owner has one function for each effect. */
export type ConsoleEffect = keyof typeof effects;

export const consoleSetup = setup({
  types: {} as { context: ConsoleContext; events: ConsoleEvent },
  guards: {
    isKeyAsked: ({ context }) => context.prompt?.kind === 'key',
    isMessageAsked: ({ context }) => context.prompt?.isMessage === true,
    hasText: ({ event }) => event.hasText,
    hasAhead: ({ event }) => event.ahead !== 'none',
    isAgain: ({ event }) => event.type === 'interrupt.pressed' && event.isAgain,
    /**
     * The user may be typing. The user must notice that the line was closed, before another prompt takes the
     * keys.
     */
    isInUse: ({ event }) => event.hasText || event.isTyping,
    isStray: ({ context: { prompt }, event }) =>
      event.type === 'key.pressed' && prompt?.isSudden === true && !isAnswerTo(prompt, event.text),
    /** The key would be the answer if the quiet time were over. */
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
    /**
     * A line prompt that follows a key prompt may take the keys at once: the user sees the keys in the line,
     * and a single key does not answer a line prompt.
     */
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
