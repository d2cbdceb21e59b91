import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { signInWith, useSite } from './chromium.js';
import { type FormCase, storedBy } from './form-cases.js';

/** One server and one browser for the tests of a file, and the scene before each. */
export function useForms() {
  const site = useSite();
  const { context, chromium } = site;
  let scene: Scene;
  let opened: Awaited<ReturnType<typeof chromium.open>> | undefined;
  useRows(async () => {
    scene = await playScene(context.app);
  });
  afterEach(async () => {
    expect(opened?.reports ?? []).toEqual([]);
    await opened?.context.close();
    opened = undefined;
  });

  /** Opens a window. Its reports must be empty after the test. */
  async function openWindow(options: BrowserContextOptions = {}) {
    opened = await chromium.open(options);
    const { page, context: window } = opened;
    return { page, window };
  }

  /** A window in which bob opened the page of the form. */
  async function open(one: FormCase, options: BrowserContextOptions = {}) {
    const path = await one.at(context.app, scene);
    const { page, window } = await openWindow(options);
    await signInWith(window, site.origin, { subject: 'bob', person: true });
    await page.goto(site.origin + path);
    return { page, window, path };
  }

  return {
    get app() {
      return context.app;
    },
    get origin() {
      return site.origin;
    },
    get scene() {
      return scene;
    },
    openWindow,
    open,
    stored: (one: FormCase) => storedBy(one, 'bob'),
  };
}

export const formOf = (page: Page, { action }: FormCase): Locator =>
  page.locator(`form[action$="${action}"]`);

export async function fill(page: Page, one: FormCase): Promise<Locator> {
  const form = formOf(page, one);
  const folded = page.locator(`details:not([open]):has(form[action$="${one.action}"]) > summary`);
  if ((await folded.count()) > 0) await folded.click();
  for (const [name, text] of Object.entries(one.typed)) {
    const field = form.locator(`[name="${name}"]`);
    if (name === 'force') await field.check();
    else await field.fill(text);
  }
  return form;
}

export const send = (form: Locator, { button }: FormCase) =>
  form.getByRole('button', { name: button }).click();

export async function fillAndSend(page: Page, one: FormCase): Promise<void> {
  await send(await fill(page, one), one);
}

export const said = (page: Page, text: string) => page.locator('main').getByText(text).waitFor();

/** Expects a page that refuses, has plain words and all that was typed. */
export async function expectRefused(page: Page, one: FormCase, heading: string): Promise<string> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const text = String(await page.locator('main').textContent());
  for (const [name, typed] of Object.entries(one.typed)) {
    if (name !== 'force') expect(text, name).toContain(typed);
  }
  return text;
}

/** What the fields have that a person types into. */
export async function fieldsOf(
  form: Locator,
  { typed }: FormCase,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(typed)) {
    const field = form.locator(`[name="${name}"]`);
    if (name !== 'force') found[name] = await field.inputValue();
    else if (await field.isChecked()) found[name] = 'yes';
  }
  return found;
}

/** Sends a form that the page does not have. */
export const forge = (page: Page, action: string, fields: Record<string, string>) =>
  page.evaluate(
    ([to, entries]) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = to;
      for (const [name, value] of entries) {
        const input = document.createElement('input');
        Object.assign(input, { type: 'hidden', name, value });
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    },
    [action, Object.entries(fields)] as const,
  );
