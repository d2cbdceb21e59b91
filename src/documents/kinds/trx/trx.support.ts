/** Makes small reports for tests. */

export const NAMESPACE = 'xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"';
export const result = (outcome: string, inner = '') =>
  `<UnitTestResult testName="T"${outcome && ` outcome="${outcome}"`}>${inner}</UnitTestResult>`;
export const summary = (outcome: string, counters = '', infos = '') =>
  `<ResultSummary outcome="${outcome}"><Counters ${counters}/><RunInfos>${infos}</RunInfos></ResultSummary>`;
export const textOf = (results: string, end = summary('Completed')) =>
  `<TestRun ${NAMESPACE}><Results>${results}</Results>${end}</TestRun>`;
export const info = (outcome: string, text = 'why') =>
  `<RunInfo outcome="${outcome}"><Text>${text}</Text></RunInfo>`;
