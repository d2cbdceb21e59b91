import type { FastifyInstance } from 'fastify';
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { acted, broken, person, postBreakGlass } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { stopped } from '../support/line.js';
import type { Scene } from '../support/scene.js';

/** A form of a page, and what it does. */
export interface FormCase {
  readonly name: string;
  /** Arranges what it is about. @returns the page with the form */
  at(app: FastifyInstance, scene: Scene): Promise<string>;
  /** How its address ends. */
  readonly action: string;
  /** What a person types, by the name of the field. */
  readonly typed: Readonly<Record<string, string>>;
  readonly button: string;
  /** Whether only the token of a person may send it. */
  readonly ofPerson: boolean;
  /** What the page says that follows. */
  readonly says: string;
  /** What is stored of it. Without it: nothing. */
  readonly stored: string;
  readonly expected: readonly object[];
  /** Makes the form one that the server refuses. By default a text is too long. */
  readonly spoil?: (form: Locator) => Promise<unknown>;
  /** What the refusal says. */
  readonly refused: RegExp;
  /** The scope to read that it needs. Without it: one to write. */
  readonly reads?: Scope;
  /** Whether the form is still there after it was sent. */
  readonly stays: boolean;
}

const REASON = { reason: 'Seen on the desk' };
const NOWHERE = '00000000-0000-7000-8000-000000000000';

/** The address leads to nothing that exists. */
const elsewhere = (form: Locator) =>
  form.evaluate((element, id) => {
    element.setAttribute(
      'action',
      String(element.getAttribute('action')).replace(/[0-9a-f-]{36}/, id),
    );
  }, NOWHERE);

const release = (id: string, page: string) => `/ui/releases/${id}/${page}?environment=production`;
const environment = async () => '/ui/environments/production';

async function glassOf(app: FastifyInstance, { denied }: Scene): Promise<string> {
  const { headers } = await person('alice');
  const response = await postBreakGlass(app, denied, headers, { force: true });
  expect(response.statusCode, response.body).toBe(201);
  return `/ui/break-glass/${response.json().id}`;
}

const decision = (button: string, word: string, says: string): FormCase => ({
  name: word,
  at: async (_app, { waiting }) => release(waiting, 'decide'),
  ...{ action: '/decide', typed: REASON, button, ofPerson: true, says },
  stored: 'SELECT decision, reason FROM approvals WHERE person = $1',
  expected: [{ decision: word, ...REASON }],
  refused: /reason/,
  stays: true,
});

const breaking = (name: string, force: boolean, says: string): FormCase => ({
  name,
  at: async (_app, { denied }) => release(denied, 'break-glass'),
  ...{ action: '/break-glass', ofPerson: true, says, button: 'Break the glass' },
  typed: { ...REASON, minutes: '37', ...(force && { force: 'yes' }) },
  stored: 'SELECT reason, minutes, force FROM break_glasses WHERE requested_by = $1',
  expected: [{ ...REASON, minutes: 37, force }],
  refused: /reason/,
  stays: true,
});

/** Every form of the pages that changes something. `$1` is the person who sends it. */
export const FORMS: readonly FormCase[] = [
  decision('Approve', 'approve', 'Your approval is stored.'),
  decision('Reject', 'reject', 'Your rejection is stored.'),
  {
    name: 'approve a waiver',
    at: async (_app, { waiver }) => `/ui/waivers/${waiver}`,
    ...{ action: '/approve', typed: {}, button: 'Approve the waiver', ofPerson: false },
    says: 'The waiver is approved and counts from now on.',
    stored: 'SELECT rule FROM waivers WHERE approved_by = $1',
    expected: [{ rule: 'CVE-2021-23337' }],
    spoil: elsewhere,
    refused: /not found/,
    stays: false,
  },
  {
    name: 'revoke a waiver',
    at: async (_app, { waiver }) => `/ui/waivers/${waiver}`,
    ...{ action: '/revoke', typed: REASON, button: 'Revoke the waiver', ofPerson: false },
    says: 'The waiver is revoked.',
    stored: 'SELECT revoke_reason AS reason FROM waivers WHERE revoked_by = $1',
    expected: [REASON],
    refused: /reason/,
    stays: false,
  },
  {
    name: 'stop the line',
    at: environment,
    ...{ action: '/stop', typed: REASON, button: 'Stop the line', ofPerson: false },
    says: 'The line is stopped.',
    stored: 'SELECT reason, rollbacks FROM environment_stops WHERE created_by = $1',
    expected: [{ ...REASON, rollbacks: true }],
    refused: /reason/,
    stays: true,
  },
  {
    name: 'resume the line',
    at: async (app) => {
      await stopped(app, {}, 'production', (await person('alice')).headers);
      return environment();
    },
    ...{ action: '/resume', typed: REASON, button: 'Resume the line', ofPerson: true },
    says: 'The line runs again.',
    stored: 'SELECT resume_reason AS reason FROM environment_stops WHERE resumed_by = $1',
    expected: [REASON],
    refused: /reason/,
    stays: false,
  },
  {
    name: 'ask for a rollback',
    at: async (app, { denied }) => {
      await deployed(app, denied, 'production', (await person('alice')).headers);
      return environment();
    },
    ...{ action: '/rollback', typed: {}, button: 'Ask the gate', ofPerson: false },
    says: 'It was asked as a rollback.',
    stored: 'SELECT decision FROM verdicts WHERE created_by = $1',
    expected: [{ decision: 'allow' }],
    spoil: (form) =>
      form.locator('option').evaluateAll((options, id) => {
        for (const option of options) option.setAttribute('value', id);
      }, NOWHERE),
    refused: /not found/,
    reads: 'verdicts:read',
    stays: true,
  },
  breaking('break the glass', false, 'The glass is broken. Another person must review this.'),
  breaking('ask for two people', true, 'Nothing passes yet: a second person must confirm it.'),
  {
    name: 'confirm a break-glass',
    at: glassOf,
    ...{ action: '/confirm', typed: {}, button: 'Confirm the break-glass', ofPerson: true },
    says: 'It is open.',
    stored: 'SELECT reason FROM break_glasses WHERE confirmed_by = $1',
    expected: [{ reason: 'Payments fail' }],
    spoil: elsewhere,
    refused: /not found/,
    stays: false,
  },
  {
    name: 'end a break-glass',
    at: async (app, { denied }) => `/ui/break-glass/${(await broken(app, denied)).id}`,
    ...{ action: '/end', typed: {}, button: 'End the break-glass', ofPerson: false },
    says: 'It is over. The gate denies again.',
    stored: 'SELECT ended_because AS because FROM break_glasses WHERE ended_by = $1',
    expected: [{ because: 'ended' }],
    spoil: elsewhere,
    refused: /not found/,
    stays: false,
  },
  {
    name: 'review a break-glass',
    at: async (app, { denied }) => {
      const { id } = await broken(app, denied);
      await acted(app, id, 'end', (await person('alice')).headers);
      return `/ui/break-glass/${id}`;
    },
    ...{ action: '/review', button: 'Store the review', ofPerson: true },
    typed: { finding: 'It was right', actions: 'Scan at night' },
    says: 'Your review is stored.',
    stored: 'SELECT finding, actions FROM break_glasses WHERE reviewed_by = $1',
    expected: [{ finding: 'It was right', actions: ['Scan at night'] }],
    refused: /finding/,
    stays: false,
  },
];

export const storedBy = ({ stored }: FormCase, subject: string) => sql(stored, [subject]);
