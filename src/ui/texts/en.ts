/**
 * Every sentence of the pages, in English. A page in another language has another file of this shape. Texts of rules,
 * problems and timelines come from the API.
 */
const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

const DAY_NAMES: Readonly<Record<string, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

export const en = {
  shell: {
    brand: 'Secure Release Platform',
    titleOf: (title: string) => `${title} · Secure Release Platform`,
    skip: 'Skip to the content',
    navigation: 'Pages',
    places: {
      inbox: 'Inbox',
      environments: 'Environments',
      projects: 'Projects',
      search: 'Search',
    },
    search: 'Search for a CVE, package URL, digest, version or project',
    searchHint: 'CVE, package URL, digest, version …',
    signedInAs: (name: string) => `Signed in as ${name}`,
    signOut: 'Sign out',
    nobody: 'Read only',
    api: 'API documentation',
    times: 'Without JavaScript, times are in UTC.',
    utc: 'UTC',
    copy: 'Copy',
    copied: 'Copied',
    more: 'Next page',
    unknown: 'unknown',
    project: (id: number) => `Project ${id}`,
    missing: (scope: string) =>
      `You may not read this. It needs the scope ${scope}. Ask an admin of this server.`,
  },
  errors: {
    titles: {
      400: 'The address or the form is not valid',
      401: 'Sign in',
      403: 'You may not do this',
      404: 'Not found',
      405: 'This page cannot do that',
      409: 'It was not done',
      413: 'The form is too large',
      429: 'Too many requests',
      500: 'The server failed',
      503: 'The server is busy',
    },
    other: 'It was not done',
    stale: 'The release changed after you read it',
    kept: 'What you wrote',
    back: 'Back to the form',
    start: 'Back to the start',
    request: (id: string) => `Request ${id}`,
  },
  signIn: {
    provider: 'This server knows people by the identity provider of your company.',
    token:
      'This server has no identity provider. Enter an API token. The browser keeps it for 8 hours, where scripts cannot read it.',
    label: 'API token',
    hint: 'An admin creates tokens: npm run token -- create. Mark the token as that of a person to approve releases.',
    button: 'Sign in',
    refused: (why: string) => `The token was refused. ${why}.`,
    elsewhere: 'A page of another site sent this form. Open the page here and sign in',
  },
  done: {
    stopped: 'The line is stopped.',
    resumed: 'The line runs again.',
    approved: 'Your approval is stored.',
    rejected: 'Your rejection is stored.',
    waived: 'The waiver is approved and counts from now on.',
    revoked: 'The waiver is revoked.',
  },
  environments: {
    title: 'Environments',
    lead: 'What runs where, since when, and what allowed it.',
    none: 'No environment exists. Create one: POST /environments',
    nothing:
      'No deployment is recorded here. A pipeline records it: POST /environments/{name}/deployments',
    runs: 'Runs now',
    runsIn: (name: string) => `What runs in ${name}`,
    open: 'Open',
    stopped: 'Stopped',
    frozen: 'Frozen',
    closed: 'Closed',
    until: 'until',
    guardedBy: (policies: readonly string[]) =>
      policies.length === 0
        ? 'No policy guards it.'
        : `Guarded by ${policies.length === 1 ? 'policy' : 'policies'} ${policies.join(', ')}.`,
    after: (names: readonly string[]) => `A release runs in ${names.join(' and ')} before.`,
    glass: (count: number) => plural(count, 'broken glass', 'broken glasses'),
    brokenGlass: 'Break-glass',
    glassStates: {
      pending: 'Waits for its second person',
      unconfirmed: 'Never opened',
      open: 'Open',
      review: 'Waits for its review',
      overdue: 'Review overdue',
      reviewed: 'Reviewed',
    },
    stoppedBy: (who: string, reason: string) => `${who} stopped the line: ${reason}`,
    line: 'The line',
    noStops: 'The line runs. Nobody stopped it.',
    stopOf: (who: string) => `Stopped by ${who},`,
    rollbacksPass: 'Rollbacks pass.',
    rollbacksStop: 'Rollbacks do not pass.',
    everyProject: 'every project',
    stop: 'Stop the line',
    stopHint: (name: string) =>
      `Nothing ordinary goes to ${name} until a person resumes the line. The reason is shown to everyone whom it stops.`,
    stopReason: 'Why',
    allowRollbacks: 'Let rollbacks pass',
    resume: 'Resume the line',
    resumeReason: 'Why releases may go there again',
    resumeHint: 'This overrides the stop. Policies and windows still apply.',
    windows: 'Freezes and change windows',
    noWindows: 'None: releases may go at any time.',
    windowKinds: { freeze: 'Freeze', change: 'Change window' },
    weekly: (days: readonly string[], from: string, to: string) =>
      `${days.map((day) => DAY_NAMES[day] ?? day).join(', ')}, ${from} to ${to}`,
    once: (from: string, to: string) => `${from.replace('T', ' ')} to ${to.replace('T', ' ')}`,
    by: (who: string | null) => `by ${who ?? 'unknown'}`,
    history: 'Deployments of the last 90 days',
    noHistory: (days: number) => `Nothing was deployed here in the last ${days} days.`,
    chart: (total: number, alarming: number) =>
      `${plural(total, 'deployment')} in 13 weeks, ${alarming} without an ordinary approval of the gate`,
    week: (from: string, total: number, alarming: number) =>
      `Week from ${from}: ${plural(total, 'deployment')}, ${alarming} unauthorized or by break-glass`,
  },
  deployments: {
    project: 'Project',
    release: 'Release',
    outcome: 'Outcome',
    since: 'Since',
    recorded: 'Recorded',
    authorization: 'Authorization',
    by: 'By',
    decidedBy: 'Decision',
    verdict: 'Verdict',
    noVerdict: 'none',
    states: { started: 'Started', succeeded: 'Succeeded', failed: 'Failed' },
    authorizations: {
      authorized: 'Authorized',
      rollback: 'Rollback',
      'break-glass': 'Break-glass',
      unauthorized: 'Unauthorized',
      unknown: 'Not known',
    },
  },
  releases: {
    states: { open: 'Open', sealed: 'Sealed', revoked: 'Revoked' },
  },
};
