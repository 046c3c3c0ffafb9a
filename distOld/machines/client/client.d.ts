/**
 * The client: what its user can do when, and that there is one buddy at a time.
 *
 * Owns: who is signed in, the question that the user is asked, the one call or chat there may be.
 * Trusts: ids and texts, which are typed values gated by whoever received them. Talks to: the
 * terminal, the heartbeat, the supervisor of chats and its current chat; it asks the server through
 * an actor that it invokes for each request.
 */
export declare const clientMachine: import("xstate").StateMachine<import("./client-setup.js").ClientContext, import("./client-setup.js").ClientEvent, {
    [x: string]: import("xstate").ActorRefFromLogic<import("xstate").PromiseActorLogic<import("./events.js").ServerReply, import("./client-setup.js").ServerRequest, import("xstate").EventObject>> | undefined;
}, {
    src: "askServer";
    logic: import("xstate").PromiseActorLogic<import("./events.js").ServerReply, import("./client-setup.js").ServerRequest, import("xstate").EventObject>;
    id: string | undefined;
}, {
    type: "sendMessage";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "say";
    params: {
        text: string;
    };
} | {
    type: "sayMenu";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "saySignedIn";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayReply";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayServerError";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayBuddies";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayNotCallable";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayCaller";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayBusy";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayCallFailed";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayNotSent";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sayMessage";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "openPrompt";
    params: {
        prompt: import("./events.js").Prompt;
    };
} | {
    type: "openQuestion";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "reopenPrompt";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "closePrompt";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "ask";
    params: {
        question: "message" | "register" | "login" | "add" | "delete";
    };
} | {
    type: "dropQuestion";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "prepareRequest";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "becomeRegistered";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "becomeAnswered";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "announceUser";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "getBuddies";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "rememberBuddies";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "rememberBuddy";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "placeCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "rememberChat";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "forgetChat";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "takeCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "keepCallWaiting";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "takeWaitingCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "dropWaitingCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "acceptCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "rejectCall";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "leaveChat";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "rejectCaller";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "dismissChat";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "holdMessage";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "sendHeldMessage";
    params: import("xstate").NonReducibleUnknown;
} | {
    type: "noteExhausted";
    params: import("xstate").NonReducibleUnknown;
}, {
    type: "isChoice";
    params: {
        letter: string;
    };
} | {
    type: "isMembersChoice";
    params: unknown;
} | {
    type: "isBlank";
    params: unknown;
} | {
    type: "isToken";
    params: unknown;
} | {
    type: "isId";
    params: unknown;
} | {
    type: "isYes";
    params: unknown;
} | {
    type: "isNo";
    params: unknown;
} | {
    type: "isQuit";
    params: unknown;
} | {
    type: "isLogin";
    params: unknown;
} | {
    type: "isMessage";
    params: unknown;
} | {
    type: "hasUser";
    params: unknown;
} | {
    type: "hasQuestion";
    params: unknown;
} | {
    type: "hasWaitingCall";
    params: unknown;
} | {
    type: "isCallable";
    params: unknown;
} | {
    type: "isCurrentChat";
    params: unknown;
} | {
    type: "isWaitingCall";
    params: unknown;
} | {
    type: "isRegistered";
    params: unknown;
} | {
    type: "isListChanged";
    params: unknown;
} | {
    type: "isInputExhausted";
    params: unknown;
} | {
    type: "isCut";
    params: unknown;
}, "answerTimeout" | "readPatience", "starting" | "resuming" | "left" | {
    free: "signedOut" | "menu" | "asking";
} | {
    waiting: "forReply" | "forBuddies" | "forBuddy" | "placing";
} | {
    busy: "ringing" | "calling" | {
        chatting: "composing" | "sending" | "stalled" | "held";
    };
}, string, import("./client-setup.js").ClientInput, import("xstate").NonReducibleUnknown, import("./events.js").ClientEmitted, import("xstate").MetaObject, {
    id: "client";
    states: {
        readonly starting: {};
        readonly resuming: {};
        readonly free: {
            states: {
                readonly signedOut: {};
                readonly menu: {};
                readonly asking: {};
            };
        };
        readonly waiting: {
            states: {
                readonly forReply: {};
                readonly forBuddies: {};
                readonly forBuddy: {};
                readonly placing: {};
            };
        };
        readonly busy: {
            states: {
                readonly ringing: {};
                readonly calling: {};
                readonly chatting: {
                    states: {
                        readonly composing: {};
                        readonly sending: {};
                        readonly stalled: {};
                        readonly held: {};
                    };
                };
            };
        };
        readonly left: {};
    };
}, import("xstate").MetaObject>;
