import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** https://no-color.org: any text that is not empty. Where the output goes to a file, colours are noise. */
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

const paint = (style: Style, text: string) => (coloured ? styleText(style, text) : text);

const line = (text = '') => console.log(text);

/** What servers and tools say must not steer the terminal. */
const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');

export const say = {
  step(text: string) {
    line();
    line(paint('bold', `── ${text}`));
  },
  text(text: string) {
    line(`   ${plain(text)}`);
  },
  /** A command that is run. */
  command(text: string) {
    line(paint('cyan', `   $ ${plain(text)}`));
  },
  /** A call of the API, and its answer. */
  call(call: string, status: number, summary: string) {
    const answer = paint(status < 400 ? 'green' : 'yellow', String(status));
    line(`   ${paint('cyan', plain(call))} → ${answer}${summary ? ` ${plain(summary)}` : ''}`);
  },
  good(text: string) {
    line(paint(['bold', 'green'], `   ✔ ${plain(text)}`));
  },
  bad(text: string) {
    line(paint(['bold', 'red'], `   ✘ ${plain(text)}`));
  },
  reason(text: string) {
    line(paint('red', `     • ${plain(text)}`));
  },
};

/** The demo cannot go on, for a reason that whoever runs it can mend: a sentence, and no stack. */
export class Ended extends Error {}
