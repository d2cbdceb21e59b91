import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The dependency of the demo application. */
export const PACKAGE = 'minimist';
export const VULNERABLE = '1.2.5';
export const FIXED = '1.2.8';

/**
 * The advisory GHSA-xvch-5gv4-984h (CVE-2021-44906, published 2022-03-18). It is fixed in 1.2.6 and in 0.2.4.
 * https://github.com/github/advisory-database/blob/main/advisories/github-reviewed/2022/03/GHSA-xvch-5gv4-984h/GHSA-xvch-5gv4-984h.json
 */
const ADVISORY = {
  url: 'https://github.com/advisories/GHSA-xvch-5gv4-984h',
  title: 'Prototype Pollution in minimist',
  severity: 'critical',
  cwe: ['CWE-1321'],
  cvss: { score: 9.8, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
};
export const ADVISORY_URL = ADVISORY.url;

/** A registry gives each range an id. These ids are made up. */
const ADVISORIES = {
  [PACKAGE]: [
    { id: 1, ...ADVISORY, vulnerable_versions: '>=1.0.0 <1.2.6' },
    { id: 2, ...ADVISORY, vulnerable_versions: '<0.2.4' },
  ],
};

/** The published versions. npm looks among them for one without the vulnerability. */
const PACKUMENT = {
  name: PACKAGE,
  'dist-tags': { latest: FIXED },
  versions: Object.fromEntries(
    [VULNERABLE, '1.2.6', '1.2.7', FIXED].map((version) => [
      version,
      { name: PACKAGE, version, dist: {} },
    ]),
  ),
};

const ANSWERS: Readonly<Record<string, object>> = {
  'POST /-/npm/v1/security/advisories/bulk': ADVISORIES,
  [`GET /${PACKAGE}`]: PACKUMENT,
};

/**
 * Serves one package and its advisory on 127.0.0.1, for when the configured registry does not answer audits. npm
 * itself finds the vulnerable version and the fix.
 */
export async function serveAdvisories(): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    const answer = ANSWERS[`${request.method} ${request.url}`];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
