import { describe, expect, it } from 'vitest';
import { commandsIn, partsOf } from './commands.js';

const place = { release: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', environment: 'production' };

describe('commandsIn', () => {
  it('makes a command of each call that it knows', () => {
    const message =
      'No report counts. Upload one: POST /releases/{id}/evidence, or request a waiver: POST /waivers';
    const commands = commandsIn(message, place);
    expect(commands).toHaveLength(2);
    expect(commands[0]).toContain(`/releases/${place.release}/evidence`);
  });

  it('takes no text of a message', () => {
    const message = "POST /waivers'; rm -rf ~; # and POST /evil $(id) DELETE /projects/1";
    const commands = commandsIn(message, place);
    expect(commands).toHaveLength(1);
    expect(commands.join()).not.toMatch(/rm -rf|evil|\(id\)|DELETE/);
  });
});

describe('partsOf', () => {
  it.each([
    ['2 of 4 tests failed: a. Fix them', '2 of 4 tests failed: a.', 'Fix them'],
    ['128 tests ran, 0 failed', '128 tests ran, 0 failed', ''],
    [
      'lodash 4.17.20 is old. Update it. Scan again',
      'lodash 4.17.20 is old.',
      'Update it. Scan again',
    ],
  ])('%s', (message, found, next) => {
    expect(partsOf(message)).toEqual({ found, next });
  });
});
