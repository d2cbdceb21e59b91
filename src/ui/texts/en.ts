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
      denials: 'Denials',
      projects: 'Projects',
      policies: 'Policies',
      search: 'Search',
    },
    search: 'Search for a CVE, package URL, digest, version or project',
    searchHint: 'CVE, package URL, digest, version, project …',
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
    kept: {
      reason: 'What you wrote',
      finding: 'What you wrote',
      actions: 'What you wrote about what follows',
      minutes: 'The minutes that you entered',
    },
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
    again: 'Prove again who you are, at the identity provider.',
    elsewhere: 'A page of another site sent this form. Open the page here and sign in',
  },
  done: {
    stopped: 'The line is stopped.',
    resumed: 'The line runs again.',
    approved: 'Your approval is stored.',
    rejected: 'Your rejection is stored.',
    waived: 'The waiver is approved and counts from now on.',
    revoked: 'The waiver is revoked.',
    broken: 'The glass is broken. Another person must review this.',
    asked: 'Nothing passes yet: a second person must confirm it.',
    confirmed: 'It is open.',
    ended: 'It is over. The gate denies again.',
    reviewed: 'Your review is stored.',
  },
  rollback: {
    title: 'Roll back',
    none: 'Nothing is known to go back to: no earlier release was deployed here with authorization.',
    hint: [
      'This asks the gate, and stores its answer. A rollback passes freezes, change windows, missing approvals, and stops',
      'that let rollbacks pass. All other rules count. Nothing is deployed: your pipeline does that, and records it.',
    ].join(' '),
    to: 'Back to',
    option: (release: string, at: string) => `${release}, deployed ${at} UTC`,
    ask: 'Ask the gate',
    asked: 'It was asked as a rollback.',
    judgedOrdinary: [
      'It was judged as an ordinary question. A rollback goes to a release that ran here with authorization, before what runs now.',
      'It can also go to what runs now, if another deployment was started or failed since.',
    ].join(' '),
    next: 'Deploy it, and record it:',
  },
  glass: {
    title: (release: string, environment: string) => `Break-glass: ${release} for ${environment}`,
    acts: {
      pending: 'Read and confirm',
      open: 'Read and end',
      review: 'Read and review',
      overdue: 'Read and review',
    } as Readonly<Record<string, string>>,
    link: 'Break the glass',
    breakTitle: (release: string, environment: string) =>
      `Break the glass: ${release} for ${environment}`,
    first: 'If a bad release runs, a rollback is better: it needs no review.',
    break: 'Break the glass',
    read: 'See what it overrides',
    breakHint: (environment: string) =>
      `The gate lets this release go to ${environment} for some minutes, although rules deny it: freezes, change windows, missing approvals, rejections, and rules that fail. Your name and your reason are recorded. Another person reviews it within 7 days.`,
    why: 'Why, for those who review it',
    minutes: (most: number) => `For how many minutes (1 to ${most})`,
    force:
      'Pass also a stopped line, a revoked release and rules that cannot be asked. A second person must confirm this within 15 minutes.',
    mayNotBreak:
      'You may not break the glass. A person who signed in does, with the scope deployments:break-glass.',
    noVersion: (version: string) => `The project has no release ${version}`,
    openRelease: 'Open the page of the release, and break the glass there.',
    overrides: 'What it overrides now',
    noDenials: 'Nothing denies it now.',
    asked: (who: string, minutes: number) => `${who} asked for ${plural(minutes, 'minute')} at`,
    onePerson: 'It passes what one person may pass.',
    twoPeople: (who: string | null) =>
      who === null
        ? 'It passes also what takes two people, and waits for the second one.'
        : `It passes also what takes two people. ${who} confirmed it.`,
    confirmUntil: 'A second person can confirm it until',
    ends: 'It ends at',
    endedBy: (who: string | null) => `${who ?? 'The server'} ended it at`,
    reviewDue: 'Its review is due at',
    passed: 'What it let pass',
    openedFor: 'What people had said when two people opened it:',
    passedNothing: 'No decision was made under it.',
    deployed: (who: string | null) => `Deployed by ${who ?? 'unknown'},`,
    review: 'The review',
    countsNot:
      'It does not count: the reviewer is one of the people who broke the glass. Another person must review it.',
    reviewTitle: 'Review it',
    reviewHint:
      'A review is stored once, and never changed. Who broke the glass or confirmed it cannot review it.',
    finding: 'What was overridden and why, and whether that was right',
    actions: 'What follows from it: one action a line. Can be empty',
    reviewButton: 'Store the review',
    mayNotReview:
      'You may not review it. A person who signed in does, with the scope approvals:write.',
    acting: {
      confirm: {
        title: 'Confirm it',
        hint: 'This opens it, as its second person: it passes everything above. Who asked for it cannot confirm it.',
        button: 'Confirm the break-glass',
      },
      end: {
        title: 'End it',
        hint: 'The gate denies again in its next answer. What nobody confirmed is taken back.',
        button: 'End the break-glass',
      },
    },
  },
  environments: {
    title: 'Environments',
    lead: 'What runs where, since when, and what allowed it.',
    none: 'No environment exists. Create one: POST /environments',
    nothing:
      'No deployment is recorded here. A pipeline records it: POST /environments/{name}/deployments',
    runs: 'Runs now',
    firstOf: (count: number, name: string) =>
      `The first ${count} projects. All of them: GET /environments/${name}/deployments`,
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
    stopOnly: 'It stops your projects alone:',
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
    runsFor: (since: Date) => {
      const hours = Math.max(0, Math.floor((Date.now() - since.getTime()) / 3_600_000));
      if (hours === 0) return 'for less than an hour';
      return hours < 48
        ? `for ${plural(hours, 'hour')}`
        : `for ${plural(Math.floor(hours / 24), 'day')}`;
    },
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
    version: 'Version',
    state: 'State',
    commit: 'Commit',
    branch: 'Branch',
    authors: 'Authors',
    registered: 'Registered',
    links: 'Links',
    revoked: (who: string | null, why: string) => `Revoked by ${who ?? 'unknown'}: ${why}`,
  },
  projects: {
    title: 'Projects',
    none: 'No project exists, or you may read none. Create one: POST /projects',
    releases: 'Releases',
    noReleases:
      'No release is registered. A pipeline registers it: PUT /projects/{id}/releases/{version}',
  },
  answer: {
    sentence: {
      running: (version: string, environment: string) => `${version} runs in ${environment}.`,
      allowed: (version: string, environment: string) => `${version} may go to ${environment}.`,
      waiting: (version: string, environment: string) =>
        `${version} waits to go to ${environment}.`,
      denied: (version: string, environment: string) => `${version} may not go to ${environment}.`,
    },
    states: { running: 'runs', allowed: 'may go', waiting: 'waits', denied: 'denied' },
    nobodyActs: 'Nothing is to be done.',
    pipelineActs: 'The pipeline can deploy it, and records that.',
    peopleAct: 'People must approve it. All other rules pass.',
    resumerActs: 'A person must resume the line.',
    timeActs: 'It waits until a window opens.',
    clockActs: 'It only waits.',
    builderActs: (rules: number) =>
      `${rules === 1 ? 'One rule denies' : `${rules} rules deny`} it. Its developers act: they correct it, send new evidence, or request a waiver.`,
    holdsUntil: 'This holds until',
    opensAt: 'It may go from',
    broken: 'Break-glass',
    overrides: 'A person broke the glass. That passes these denials:',
    runs: (environment: string) => `${environment} runs`,
    soaked: (environment: string, hours: number | null, minimum: number) =>
      hours === null
        ? `It left ${environment} before ${plural(minimum, 'hour')} were over.`
        : `Ran in ${environment}: ${hours} of ${plural(minimum, 'hour')}.`,
    soaksUntil: 'If it stays, they are over at',
    since: 'since',
    nothingRuns: (environment: string) =>
      `Nothing of this project runs in ${environment}, as far as you may see.`,
    decide: 'Read and decide',
    showDenials: (rules: number) =>
      `See ${rules === 1 ? 'the rule that denies it' : `the ${rules} rules that deny it`}`,
  },
  rules: {
    title: (environment: string) => `Rules of ${environment}`,
    none: 'No rule guards this environment.',
    marks: { pass: 'Passes', deny: 'Denies', warn: 'Warns', overridden: 'Overridden' },
    notEvidenced: 'No evidence',
    error: 'Could not be evaluated',
    always: 'applies always',
    of: (policy: string, version: number | null) =>
      version === null ? policy : `${policy}, version ${version}`,
    findings: (count: number) => plural(count, 'finding'),
  },
  evidence: {
    title: 'Evidence',
    none: 'No evidence was uploaded. Upload a report: POST /releases/{id}/evidence',
    report: 'Report',
    says: 'Says',
    target: 'About',
    age: 'Age',
    wholeRelease: 'the whole release',
    tests: (count: number) => plural(count, 'test'),
    failed: (count: number) => `${count} failed`,
    components: (count: number) => plural(count, 'component'),
    findings: (count: number) => plural(count, 'finding'),
    critical: (count: number) => `${count} critical`,
    high: (count: number) => `${count} high`,
    notRun: (what: string, reason: string) => `Does not count for ${what}: ${reason}`,
    masked: 'Secrets in it were masked before it was stored',
    warnings: (count: number) => plural(count, 'warning'),
    days: (days: number) => (days === 0 ? 'today' : plural(days, 'day')),
  },
  findings: {
    title: 'Findings',
    none: 'No current report has a finding. A scan that was not uploaded finds nothing.',
    noneOf: (severity: string) => `No current report has a finding of severity ${severity}.`,
    filter: 'Severity',
    all: 'all',
    severity: 'Severity',
    what: 'Finding',
    where: 'In',
    fix: 'Fixed in',
    since: 'First seen',
    noFix: 'no fix known',
    suppressed: 'does not count',
    fixedIn: (version: string) => `fixed in ${version}`,
  },
  running: {
    title: (environment: string) => `Open findings in ${environment}`,
    lead: 'Findings that count, in the current reports of what runs there. By project, then the worst first.',
    release: 'Release',
    link: 'Open findings of what runs',
    none: 'No current report of what runs there has such a finding. A scan that was not uploaded finds nothing.',
    noneYet: 'No such finding in the projects of this page. The next page looks at more projects.',
  },
  denials: {
    title: 'Denials',
    lead: (environment: string | undefined) =>
      environment === undefined
        ? 'Releases that may not go, as it was decided, the newest first.'
        : `Releases that may not go to ${environment}, as it was decided, the newest first.`,
    none: 'Nothing was denied.',
    release: 'Release',
    environment: 'Environment',
    rules: 'Rules that deny',
    decided: 'Decided',
    askedBy: 'Asked by',
  },
  policies: {
    title: 'Policies',
    lead: 'Rules that releases must meet, and the environments that they guard.',
    none: 'No policy exists. Create one: POST /policies',
    guards: 'Guards',
    guardsNothing: 'No environment names it.',
    version: (version: number) => `Version ${version}`,
    inVersion: (version: number | null) =>
      version === null ? 'always the latest version' : `version ${version}`,
    rules: 'Rules of the latest version',
  },
  components: {
    title: (release: string) => `Components of ${release}`,
    lead: 'What the current SBOMs of the release say that it contains.',
    link: 'See all components',
    purl: 'Package URL',
    licence: 'Licence',
    filter: 'Filter',
    name: 'Component',
    version: 'Version',
    licences: 'Licences',
    report: 'Report',
    none: 'No current SBOM has such a component.',
  },
  guard: {
    title: 'What guards it, and since when',
    none: 'Nothing changed since the environment was created.',
    changed: (field: string, before: string, after: string) =>
      `${field} from ${before} to ${after}`,
    set: (field: string, value: string) => `${field} ${value}`,
    policy: (name: string, version: number | null) =>
      version === null ? `${name} (latest version)` : `${name} (version ${version})`,
    nothing: 'nothing',
  },
  approvals: {
    title: 'Approvals',
    none: 'Nobody approved or rejected it.',
    decisions: { approve: 'Approved', reject: 'Rejected' },
    states: { void: 'Void', withdrawn: 'Withdrawn' },
    for: (environment: string) => `for ${environment}`,
  },
  inbox: {
    title: 'Inbox',
    lead: 'What waits for you.',
    wanted: 'Releases that wait for your approval',
    noneWanted: 'Nothing waits for your approval.',
    asks: (who: string) => `${who} asks`,
    gateAsks: (who: string) => `the gate asks, after ${who}`,
    planned: 'planned for',
    ends: 'ends',
    decideFor: (environment: string) => `Decide for ${environment}`,
    voided: 'Your approvals that do not count any more',
    again: 'Read again',
    waivers: 'Waivers that wait for a second person',
    noWaivers: 'No waiver waits for its second person.',
    ending: (days: number) => `Waivers that end within ${days} days`,
    endingHint: 'What they cover denies again when they end.',
  },
  decide: {
    notScanned: 'A scan that was not uploaded finds nothing. The rules below say what was scanned.',
    title: (release: string, environment: string) => `${release} for ${environment}`,
    others: {
      allow: 'All other rules pass. Your approval is what is missing.',
      deny: 'Other rules deny it. An approval alone does not let it pass.',
    },
    tests: (tests: number, failed: number, skipped: number, reports: number) =>
      reports === 0
        ? 'No test report counts.'
        : `${plural(tests, 'test')} in ${plural(reports, 'report')}: ${failed} failed, ${skipped} skipped.`,
    changes: 'What changed',
    first: 'No earlier release runs there.',
    from: (version: string) => `Compared with ${version}, which runs there`,
    branch: (name: string) => `From branch ${name}.`,
    authors: (names: readonly string[]) => `By ${names.join(', ')}.`,
    risk: 'Findings that you accept',
    new: 'New',
    worse: 'Worse than before',
    counted: 'All that rules count',
    was: (severity: string) => `was ${severity}`,
    more: (count: number) => `and ${count} more. The page of the release has all.`,
    waivers: 'Waivers that take effect',
    said: 'What others said',
    yours: 'Your decision',
    mayNot:
      'You may read this and not decide. A person who signed in decides, with the scope approvals:write.',
    reason: 'Reason (required to reject)',
    bound: 'Your approval holds while the risk is no worse than what this page shows:',
    approve: 'Approve',
    reject: 'Reject',
  },
  waivers: {
    title: (rule: string) => `Waiver of ${rule}`,
    about: 'What it waives',
    states: {
      requested: 'Waits for its second person',
      approved: 'Approved',
      expired: 'Expired',
      revoked: 'Revoked',
    },
    until: 'until',
    everyRelease: 'every release of the project',
    oneRelease: 'this one',
    package: 'Package',
    everyPackage: 'every package',
    requested: 'Requested',
    approved: 'Approved',
    approvedBy: (who: string | null) => `approved by ${who ?? 'unknown'}`,
    expires: 'Expires',
    matches: (about: 'finding' | 'policy-rule', count: number | undefined) => {
      if (about === 'policy-rule') return 'It is about a whole rule, whatever that finds.';
      if (count === undefined) return 'You may not read evidence, so its findings are not shown.';
      return count === 0
        ? 'It matches no finding of current evidence: it changes nothing now.'
        : `It matches ${plural(count, 'finding')} of current evidence.`;
    },
    approveTitle: 'Approve it',
    approveHint:
      'It counts from now on, until it expires. The person who requested it cannot approve it.',
    approve: 'Approve the waiver',
    revokeTitle: 'Revoke or refuse it',
    why: 'Why',
    revoke: 'Revoke the waiver',
  },
  verdict: {
    title: (release: string, environment: string) => `Decision: ${release} for ${environment}`,
    aRelease: 'a release',
    decided: { allow: 'The release may go.', deny: 'The release may not go.' },
    at: 'Decided',
    asked: (who: string) => `when ${who} asked.`,
    holds: 'It holds since',
    holdsNot:
      'It does not hold now: a later decision replaced it, or it was for one question only.',
    verdictHash: 'SHA-256 of the verdict',
    inputsHash: 'SHA-256 of its inputs',
    engine: 'Engine',
    rules: 'Rules, as they were decided',
    inputs: 'Everything that it was decided by',
    inputsAbout:
      'Release, artifacts, evidence, policies, waivers and what ran there, at the time of the decision. The same inputs lead to the same decision.',
    showInputs: 'Show the inputs',
    tooLong: 'They are too long for a page. Read them: GET /verdicts/{id}',
  },
  proof: {
    title: 'Proof',
    about:
      'The log has an entry about this decision. Your browser checks it here, with code and keys from the server under audit. That finds faults, and not a server that lies. The independent check is verify.mjs of the audit pack, on your own machine.',
    off: 'The server has no log, so nothing about this decision is signed. Set SIGNING_KEYS_DIR.',
    said: 'Entry {index} of {size} in the log {origin}.',
    checks: {
      statement: 'The entry is about this decision: its id, its result and its SHA-256',
      inclusion: 'The entry leads to the root of the checkpoint (RFC 6962)',
      signature: 'A key of the log signed the checkpoint (Ed25519)',
    },
    states: { yes: 'Checked', no: 'Wrong', unknown: 'Not checked' },
    script: 'Without JavaScript, nothing is checked on this page.',
    insecure: 'Nothing was checked: browsers do that on https and on localhost only.',
    unread:
      'Nothing was checked: the server did not send the proof. Open the page again in a second.',
    noEd25519: 'This browser cannot verify Ed25519, so the signature was not checked.',
    erased: 'The statement of this entry was erased, so nothing was checked.',
    hidden:
      'You may not read the keys of the log, so the signature is not checked. It needs the scope log:read.',
    pack: 'Download the audit pack',
    packHint: 'The log records that a pack was issued. Then run, with Node.js:',
    entry: 'The entry and its proof alone (C2SP tlog-proof)',
    noPack: 'A caller with the scope audit:read downloads the audit pack:',
  },
  search: {
    title: 'Search',
    lead: [
      'Enter a CVE or GHSA, a package URL (pkg:npm/lodash), a SHA-256 digest, a version (shop 1.4.0), or a part of the',
      'name of a project.',
    ].join(' '),
    for: {
      vulnerability: (text: string) => `Releases with ${text}`,
      package: (text: string) => `Releases that contain ${text}`,
      digest: (text: string) => `Releases with the artifact ${text}`,
      version: (text: string) => `Releases with the version ${text}`,
      project: (text: string) => `Projects named ${text}`,
    },
    nothing: {
      vulnerability:
        'No current report of a release that you may read names it so. Some tools write the GHSA and not the CVE: try both.',
      package: 'No current SBOM of a release that you may read has it.',
      digest: 'No release that you may read has an artifact with this digest.',
      version: 'No release with this version is in the projects that were looked into.',
      project: [
        'No project that you may read has this in its name. To find a package, write its package URL, such as',
        'pkg:npm/lodash or pkg:maven/org.apache.logging.log4j/log4j-core; to find a vulnerability, its CVE or GHSA.',
      ].join(' '),
    },
    part: (most: number) =>
      `Only the first ${most} projects by name were looked into. Write the name of the project before the version.`,
  },
  timeline: {
    title: 'Timeline',
    none: 'Nothing happened.',
  },
};
