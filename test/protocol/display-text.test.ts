import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { MAX_COMBINING_MARKS, REPLACEMENT, toDisplayText } from '../../protocol/display-text.js';
import { decodeLine } from '../../protocol/message.js';

const shown = (text: string): string => toDisplayText(text);

/** All code points from `from` to `to`, inclusive. */
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Characters that must never reach a screen, except joiners and selectors inside an emoji. */
const FORBIDDEN = [
  ...range(0x00, 0x08), // C0, before the tab
  ...range(0x0a, 0x1f), // C0, after the tab
  ...range(0x7f, 0x9f), // DEL and C1
  0xad, // soft hyphen
  0x34f, // combining grapheme joiner
  0x61c, // Arabic letter mark
  ...range(0x115f, 0x1160), // Hangul fillers
  0x180e, // Mongolian vowel separator
  ...range(0x200b, 0x200c), // zero-width space and non-joiner
  ...range(0x200e, 0x200f), // left-to-right and right-to-left marks
  ...range(0x2028, 0x2029), // line and paragraph separators
  ...range(0x202a, 0x202e), // bidirectional embeddings and overrides
  ...range(0x2060, 0x2064), // word joiner and invisible operators
  ...range(0x2066, 0x2069), // bidirectional isolates
  ...range(0x206a, 0x206f), // deprecated format characters
  0x3164, // Hangul filler
  ...range(0xd800, 0xdfff), // lone surrogates
  0xfeff, // zero-width no-break space, the byte order mark
  0xffa0, // half-width Hangul filler
  ...range(0xfff9, 0xfffb), // interlinear annotation
  0xe0001, // language tag
  ...range(0xe0020, 0xe007f), // tags, which spell invisible text
];
const forbidden = new Set(FORBIDDEN);
const JOINERS = ['\u200d', '\ufe0e', '\ufe0f'];

const MARK = '\u0301';

/** Small pieces of text that `toDisplayText` (the gate) treats differently. */
const PLAIN = ['a', '1', '#', ' ', '👩', '❤', '🏽', '🇫'];
const UNSAFE = [
  '\t',
  '\n',
  '\r',
  '\x1b',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud83d',
  '\ude00',
];
const MARKS = [MARK, '\u0302', '\u0489', '\u20e3'];

/** Strings of arbitrary UTF-16 code units, and strings that consist of the pieces above. */
const strings = fc.oneof(
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...PLAIN, ...UNSAFE, ...MARKS, ...JOINERS), size: 'medium' }),
  fc.string({ unit: fc.constantFrom('e', '❤', ...MARKS, ...JOINERS), size: 'medium' }),
);

test('each control, bidirectional, zero-width and other invisible character becomes U+FFFD', (t) => {
  for (const codePoint of FORBIDDEN) {
    const character = String.fromCodePoint(codePoint);
    t.is(shown(`a${character}b`), `a${REPLACEMENT}b`, `U+${codePoint.toString(16)}`);
  }
});

test('forbidden characters are also replaced at the end of a text, and one after another', (t) => {
  t.is(shown('\u202e'), REPLACEMENT);
  t.is(shown('\r\rme\x07\x07'), '��me��');
});

test('a tab becomes a space', (t) => {
  t.is(shown('\ta\t\tb'), ' a  b');
});

test('escape sequences lose their control characters, and their letters stay visible', (t) => {
  t.is(shown('\x1b[31mred\x1b[0m'), '�[31mred�[0m', 'CSI');
  t.is(shown('\x1b]0;title\x07'), '�]0;title�', 'OSC ended by BEL');
  t.is(shown('\x1b]52;c;aGk=\x1b\\'), '�]52;c;aGk=�\\', 'OSC ended by ST');
  t.is(shown('\x1bP+q544e\x1b\\'), '�P+q544e�\\', 'DCS');
  t.is(shown('\u009b2J\u009d0;title\u009c'), '�2J�0;title�', 'C1');
});

test('an escape sequence that is incomplete, or split over two texts, is made harmless, too', (t) => {
  const sequence = '\x1b]0;title\x07\x1b[2J';
  for (let at = 0; at <= sequence.length; at++) {
    t.is(shown(sequence.slice(0, at)) + shown(sequence.slice(at)), '�]0;title��[2J', `torn at ${at}`);
  }
});

test('decodeLine replaces a raw C1 byte, and the gate replaces an encoded C1 character', (t) => {
  for (let byte = 0x80; byte <= 0x9f; byte++) {
    for (const bytes of [Uint8Array.of(byte), Uint8Array.of(0xc2, byte)]) {
      t.is(shown(decodeLine({ bytes, cut: false })), REPLACEMENT, `byte ${byte}`);
    }
  }
});

test('a CR or LF can neither overwrite the line nor begin another one', (t) => {
  t.is(shown('hi\r* carol has left'), 'hi�* carol has left');
  t.is(shown('hi\n* carol has left'), 'hi�* carol has left');
});

test('a lone surrogate becomes U+FFFD, and a pair is kept', (t) => {
  t.is(shown('a\ud83db'), 'a�b');
  t.is(shown('\ude00\ud83d'), '��');
  t.is(shown('\ud83d\ud83d\ude00\ude00'), '�😀�');
});

test('a joiner that does not join emoji becomes U+FFFD', (t) => {
  for (const text of ['a\u200db', 'a\u200d👩', '👩\u200da', '👩\u200d', '\u200d👩', '👩\u200d\u200d👩']) {
    t.false(shown(text).includes('\u200d'), JSON.stringify(text));
  }
});

test('a variation selector that does not follow an emoji becomes U+FFFD', (t) => {
  for (const selector of ['\ufe0e', '\ufe0f']) {
    t.is(shown(`a${selector}`), 'a�');
    t.is(shown(selector), '�');
    t.is(shown(`❤${selector}${selector}`), `❤${selector}�`);
  }
});

test('at most four combining marks follow a character', (t) => {
  t.is(MAX_COMBINING_MARKS, 4);
  t.is(shown(`e${MARK.repeat(4)}x`), `e${MARK.repeat(4)}x`);
  t.is(shown(`e${MARK.repeat(5)}x`), `e${MARK.repeat(4)}�x`);
  t.is(shown(`e${'\u0301\u0489'.repeat(500)}x`), 'e\u0301\u0489\u0301\u0489�x');
});

test('the limit of combining marks applies to each character', (t) => {
  const text = `a${MARK.repeat(4)}b${MARK.repeat(4)}`;
  t.is(shown(text), text);
  t.is(shown(`a${MARK.repeat(9)}b${MARK.repeat(9)}`), `a${MARK.repeat(4)}�b${MARK.repeat(4)}�`);
});

test('a selector in an incomplete keycap becomes U+FFFD', (t) => {
  t.is(shown('1\ufe0f0\ufe0f0'), '1�0�0');
  t.is(shown('1\ufe0f\u20e3'), '1\ufe0f\u20e3');
});

test('a joiner between letters that do not need it becomes U+FFFD', (t) => {
  for (const joiner of ['\u200c', '\u200d']) t.is(shown(`pay${joiner}pal`), 'pay�pal');
});

test('emoji pass unchanged', (t) => {
  const emoji = {
    'single ones': '😀🎉❤🫠',
    'emoji and text style': '❤️ ❤︎ ☺️ ☎︎ ©️',
    'skin tones': '👍🏻👍🏿👋🏽 ☝🏽',
    'ZWJ sequences': '👨‍👩‍👧‍👦 👩‍💻 🐕‍🦺 👁️‍🗨️ 🙂‍↔️',
    'ZWJ sequences with skin tones': '👩🏽‍🚀 🧑🏻‍🤝‍🧑🏿 👩🏽‍❤️‍💋‍👨🏿 🏃🏾‍♀️‍➡️',
    flags: '🇫🇷🇯🇵 🏳️‍🌈 🏴‍☠️ 🏳️‍⚧️',
    keycaps: '1️⃣ 0️⃣ #️⃣ *️⃣',
  };
  for (const [kind, text] of Object.entries(emoji)) t.is(shown(text), text, kind);
});

test('text in the scripts of the world passes unchanged', (t) => {
  const texts = {
    English: 'Hello, world! ~`@#$%^&*(){}[]\\|',
    'precomposed and combining accents': 'café cafe\u0301 Ti\u1ebfng Vi\u1ec7t e\u0302\u0301',
    Chinese: '你好，世界。𠮷野家',
    Japanese: 'こんにちは カタカナ か\u3099 ｶﾞ',
    Korean: '안녕하세요 \u1112\u1161\u11ab',
    Hebrew: 'בְּרֵאשִׁ֖ית',
    Arabic: 'السَّلَامُ عَلَيْكُمْ',
    Hindi: 'नमस्ते क्षत्रिय',
    Thai: 'สวัสดีที่นี่',
    Tamil: 'வணக்கம்',
    Burmese: 'လျှော့',
    'Persian with a non-joiner': 'می\u200cخواهم',
    'Hindi with a joiner': 'क्\u200dष',
    Greek: 'Καλημέρα ᾧ',
    Cyrillic: 'Привет ё й',
    spaces: 'a b\u00a0c\u3000d',
  };
  for (const [script, text] of Object.entries(texts)) t.is(shown(text), text, script);
});

test('printable ASCII passes unchanged', (t) => {
  const property = fc.property(fc.stringMatching(/^[ -~]*$/), (text) => shown(text) === text);
  t.notThrows(() => fc.assert(property));
});

test('an empty text stays empty', (t) => {
  t.is(shown(''), '');
});

test('no input produces a forbidden character', (t) => {
  const property = fc.property(strings, (text) => {
    for (const character of shown(text)) {
      assert.ok(!forbidden.has(character.codePointAt(0) ?? 0), JSON.stringify(character));
      assert.notEqual(character, '\t');
    }
  });
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
});

test('text without emoji never produces a joiner or a variation selector', (t) => {
  const unit = fc.constantFrom('a', ' ', 'é', '界', MARK, '\x1b', '\ud83d', ...JOINERS);
  const property = fc.property(fc.string({ unit }), (text) => {
    return !JOINERS.some((joiner) => shown(text).includes(joiner));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('no input produces a character with more than four combining marks', (t) => {
  const property = fc.property(strings, (text) => !/[\p{Mn}\p{Me}]{5}/u.test(shown(text)));
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
});

test('the gate is idempotent', (t) => {
  const property = fc.property(strings, (text) => {
    assert.equal(shown(shown(text)), shown(text));
  });
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }));
});

test('the gate takes linear time, even on long text of the worst kind', (t) => {
  // With quadratic time, this would take minutes. With linear time, it takes milliseconds.
  for (const unit of [MARK, '\u200d', '👩\u200d', '👩🏽', '\ufe0f', '1\ufe0f', '\ud83d']) {
    const started = performance.now();
    toDisplayText(unit.repeat(200_000));
    t.true(performance.now() - started < 5000, JSON.stringify(unit));
  }
});
