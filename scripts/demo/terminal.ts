import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours only on a terminal, and only if NO_COLOR is not set (https://no-color.org). */
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

const paint = (style: Style, text: string) => (coloured ? styleText(style, text) : text);

const line = (text = '') => console.log(text);

/** Removes control sequences, so that output of servers and tools cannot control the terminal. */
const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');

export const say = {
  step(text: string) {
    line();
    line(paint('bold', `── ${text}`));
  },
  text(text: string) {
    line(`   ${plain(text)}`);
  },
  /** A command that the demo runs. */
  command(text: string) {
    line(paint('cyan', `   $ ${plain(text)}`));
  },
  /** A call of the API and its response. */
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

/** The demo cannot continue, for a reason that the user can fix. It prints the message without a stack. */
export class Ended extends Error {}
